#include "follow/mysql_dialect.h"

#include <cctype>
#include <vector>

namespace borealis::follow {
namespace {

constexpr std::string_view kTheirs = "utf8mb4_0900_ai_ci";
constexpr std::string_view kTheirNumber = "255";
constexpr std::string_view kCollationVariables[] = {
    "collation_connection=", "collation_server=", "collation_database="};
constexpr std::string_view kBinaryTheirs = "utf8mb4_0900_bin";
constexpr std::string_view kBinaryOurs = "utf8mb4_nopad_bin";

bool IsWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where a string, a quoted name or a comment that begins at `at` ends; `at`: none begins there.
size_t EndOfQuoted(std::string_view text, size_t at) {
  const char quote = text[at];
  if (text.substr(at).starts_with("/*") && !text.substr(at).starts_with("/*!")) {
    const size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (quote != '\'' && quote != '"' && quote != '`') return at;
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '`') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::string TranslateSetting(std::string_view statement) {
  std::string text(statement);
  for (const std::string_view variable : kCollationVariables) {
    const size_t at = text.find(variable);
    if (at == std::string::npos) continue;
    const size_t number = at + variable.size();
    const size_t end = number + kTheirNumber.size();
    if (text.compare(number, kTheirNumber.size(), kTheirNumber) != 0) continue;
    if (end < text.size() && IsWordByte(text[end])) continue;
    text.replace(number, kTheirNumber.size(), kNearestCollation);
  }
  return text;
}

std::string TranslateDefinition(std::string_view statement) {
  std::string text;
  for (size_t at = 0; at < statement.size();) {
    const size_t quoted = EndOfQuoted(statement, at);
    size_t end = quoted;
    if (quoted == at) {
      while (end < statement.size() && IsWordByte(statement[end])) ++end;
      if (end == at) ++end;
    }
    const std::string_view piece = statement.substr(at, end - at);
    text += piece == kTheirs ? kNearestCollation : piece == kBinaryTheirs ? kBinaryOurs : piece;
    at = end;
  }
  // How MySQL logs the definition of a CREATE TABLE ... SELECT; its rows follow.
  constexpr std::string_view kStart = " START TRANSACTION";
  if (text.starts_with("CREATE TABLE ") && text.ends_with(kStart)) {
    text.resize(text.size() - kStart.size());
  }
  return text;
}

}  // namespace borealis::follow
