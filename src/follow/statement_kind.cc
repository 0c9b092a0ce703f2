#include "follow/statement_kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace borealis::follow {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

std::string_view SkipBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text;
}

// Past comments, and into those that the server runs: "/*!50003 ", "/*M!100101 ".
std::string_view Inner(std::string_view text) {
  for (text = SkipBlanks(text); text.starts_with("/*"); text = SkipBlanks(text)) {
    size_t mark = 2;
    if (text.substr(mark).starts_with('M')) ++mark;
    if (text.substr(mark).starts_with('!')) {
      text.remove_prefix(mark + 1);
      text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
      return SkipBlanks(text);
    }
    const size_t end = text.find("*/", 2);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 2);
  }
  return text;
}

// "/*!80016 ...*/": for a MySQL that is newer than the last one that MariaDB was compatible with.
// MariaDB passes over it, and complains that nothing is left.
bool IsForMySqlAlone(std::string_view text) {
  constexpr std::string_view kMark = "/*!";
  constexpr int kFirst = 50700;
  constexpr int kLast = 99999;
  text = SkipBlanks(text);
  if (!text.starts_with(kMark)) return false;
  text.remove_prefix(kMark.size());
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  return error == std::errc() && version >= kFirst && version <= kLast;
}

std::string FirstWord(std::string_view text) {
  size_t end = 0;
  while (end < text.size() &&
         (std::isalpha(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
    ++end;
  }
  return Upper(text.substr(0, end));
}

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::array<std::string_view, 18> kSourcesOwn = {
    "GTID_", "SERVER_ID", "SKIP_PARALLEL_REPLICATION", "PSEUDO_SLAVE_MODE", "PSEUDO_THREAD_ID",
    "COMPLETION_TYPE", "MAX_DELAYED_THREADS", "AUTO_INCREMENT_INCREMENT", "SQL_LOG_BIN",
    "INSERT_ID", "RAND_SEED", "SQL_REQUIRE_PRIMARY_KEY", "DEFAULT_COLLATION_FOR_UTF8MB4",
    "ORIGINAL_COMMIT_TIMESTAMP", "ORIGINAL_SERVER_VERSION", "IMMEDIATE_SERVER_VERSION",
    "RBR_EXEC_MODE",
    // MySQL's, of the log's own events
    "TRANSACTION ISOLATION"};
constexpr std::array<std::string_view, 7> kTexts = {"INSERT", "UPDATE", "DELETE", "REPLACE",
                                                    "LOAD",   "CALL",   "DO"};
constexpr std::array<std::string_view, 9> kRepeatable = {
    "CREATE", "DROP", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE", "OPTIMIZE", "FLUSH", "SET"};
// Database, table, column, key, routine, trigger, account, event: exists, or does not any more.
constexpr std::array<unsigned, 17> kDoneBefore = {1007, 1008, 1050, 1051, 1060, 1061,
                                                  1091, 1146, 1304, 1305, 1359, 1360,
                                                  1396, 1537, 1539, 4031, 4092};

StatementKind KindOfSet(std::string_view inner) {
  const std::string upper = Upper(inner);
  // SET PASSWORD, SET DEFAULT ROLE: accounts.
  if (upper.starts_with("SET PASSWORD") || upper.starts_with("SET DEFAULT ROLE")) {
    return StatementKind::kChange;
  }
  const bool skip = std::ranges::any_of(
      kSourcesOwn, [&](std::string_view word) { return upper.find(word) != std::string::npos; });
  return skip ? StatementKind::kSkip : StatementKind::kSetting;
}

}  // namespace

StatementKind KindOf(std::string_view statement) {
  const std::string_view inner = Inner(statement);
  if (IsForMySqlAlone(statement)) return StatementKind::kSkip;
  if (inner.empty() || inner.starts_with('\\')) return StatementKind::kSkip;  // "\C utf8mb4"
  const std::string word = FirstWord(inner);
  if (word == "SET") return KindOfSet(inner);
  if (word == "USE") return StatementKind::kSetting;
  if (word == "BINLOG") return StatementKind::kRows;
  if (word == "BEGIN" || word == "START") return StatementKind::kBegin;
  if (word == "COMMIT") return StatementKind::kCommit;
  if (word == "SAVEPOINT" || word == "RELEASE") return StatementKind::kSavepoint;
  if (word == "ROLLBACK") {
    const bool to = FirstWord(SkipBlanks(inner.substr(word.size()))) == "TO";
    return to ? StatementKind::kSavepoint : StatementKind::kRollback;
  }
  return IsOneOf(word, kTexts) ? StatementKind::kText : StatementKind::kChange;
}

bool MayBeRepeated(std::string_view statement) {
  return IsOneOf(FirstWord(Inner(statement)), kRepeatable);
}

bool SaysDoneBefore(unsigned error) {
  return std::ranges::find(kDoneBefore, error) != kDoneBefore.end();
}

}  // namespace borealis::follow
