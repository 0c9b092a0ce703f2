#include "control/watch/write_set_text.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "sql/tokens.h"

namespace borealis::control {
namespace {

constexpr size_t kHeaderBytes = 19;
constexpr size_t kTypeAt = 4;
constexpr size_t kSizeAt = 9;
constexpr size_t kTableIdBytes = 6;
constexpr size_t kTableMapFixedBytes = 8;
constexpr size_t kQueryFixedBytes = 13;
constexpr size_t kQueryDatabaseLengthAt = 8;
constexpr size_t kQueryStatusLengthAt = 11;
constexpr size_t kTablesKnownMax = 4096;  // table maps of one payload
constexpr uint8_t kFormatType = 15;
// The end of a format description: kind of checksums of the events behind it, and its own.
constexpr size_t kFormatTailBytes = 5;
constexpr size_t kChecksumBytes = 4;

enum class EventKind { kQuery, kTableMap, kInsert, kUpdate, kDelete, kOther };

// Also MariaDB's compressed forms (166..168); of a compressed statement (165) no text is shown.
EventKind KindOf(uint8_t type) {
  switch (type) {
    case 2:
      return EventKind::kQuery;
    case 19:
      return EventKind::kTableMap;
    case 23:
    case 30:
    case 166:
      return EventKind::kInsert;
    case 24:
    case 31:
    case 167:
      return EventKind::kUpdate;
    case 25:
    case 32:
    case 168:
      return EventKind::kDelete;
    default:
      return EventKind::kOther;
  }
}

// Little-endian. REQUIRES: it lies within.
uint64_t Number(std::string_view bytes, size_t at, size_t size) {
  uint64_t number = 0;
  for (size_t i = size; i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return number;
}

// A length, bytes, and a zero; `rest` is moved behind it.
std::optional<std::string_view> TakeName(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const size_t length = static_cast<unsigned char>(rest[0]);
  if (rest.size() < length + 2) return std::nullopt;
  const std::string_view name = rest.substr(1, length);
  rest.remove_prefix(length + 2);
  return name;
}

class Walk {
 public:
  void Take(uint8_t type, std::string_view body) {
    if (type == kFormatType && body.size() >= kFormatTailBytes) {
      checksums_ = body[body.size() - kFormatTailBytes] == 1;
      return;
    }
    if (checksums_) body.remove_suffix(std::min(body.size(), kChecksumBytes));
    const EventKind kind = KindOf(type);
    if (kind == EventKind::kQuery) return TakeQuery(body);
    if (kind == EventKind::kTableMap) return TakeTableMap(body);
    if (kind != EventKind::kOther) TakeRows(kind, body);
  }
  WriteSetText Finish() { return std::move(text_); }

 private:
  void TakeQuery(std::string_view body) {
    if (body.size() < kQueryFixedBytes || !text_.statement.empty()) return;
    const size_t at = kQueryFixedBytes + Number(body, kQueryStatusLengthAt, 2) +
                      Number(body, kQueryDatabaseLengthAt, 1) + 1;
    if (at >= body.size()) return;
    const std::string_view statement = body.substr(at);
    if (statement != "BEGIN" && statement != "COMMIT") text_.statement = WithoutLiterals(statement);
  }

  void TakeTableMap(std::string_view body) {
    if (body.size() < kTableMapFixedBytes || names_.size() >= kTablesKnownMax) return;
    const uint64_t id = Number(body, 0, kTableIdBytes);
    body.remove_prefix(kTableMapFixedBytes);
    const auto database = TakeName(body);
    const auto table = database ? TakeName(body) : std::nullopt;
    if (table) names_[id] = std::string(*database) + "." + std::string(*table);
  }

  void TakeRows(EventKind kind, std::string_view body) {
    if (body.size() < kTableIdBytes) return;
    const auto name = names_.find(Number(body, 0, kTableIdBytes));
    if (name == names_.end()) return;
    auto& tables = text_.tables;
    auto found = std::find_if(tables.begin(), tables.end(), [&](const TableChanges& changes) {
      return changes.table == name->second;
    });
    if (found == tables.end()) {
      if (tables.size() == kTablesShownMax) {
        if (!more_[name->second]) ++text_.more_tables;
        more_[name->second] = true;
        return;
      }
      tables.push_back({name->second});
      found = std::prev(tables.end());
    }
    found->inserts |= kind == EventKind::kInsert;
    found->updates |= kind == EventKind::kUpdate;
    found->deletes |= kind == EventKind::kDelete;
  }

  bool checksums_ = false;                 // each event ends in one
  std::map<uint64_t, std::string> names_;  // by table number
  std::map<std::string, bool> more_;       // counted in more_tables
  WriteSetText text_;
};

std::string Render(std::string_view sql, const sql::Tokens& tokens, bool strings) {
  std::string line;
  size_t end = 0;
  for (const sql::Token& token : tokens) {
    const bool literal = token.kind == sql::TokenKind::kString;
    if (literal && !strings) break;
    if (!line.empty() && token.begin > end) line += ' ';
    line += literal ? "'…'" : std::string(sql.substr(token.begin, token.end - token.begin));
    end = token.end;
    if (line.size() > kStatementBytesMax) break;
  }
  if (line.size() <= kStatementBytesMax) return line;
  size_t cut = kStatementBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xc0) == 0x80) --cut;
  return line.substr(0, cut) + "…";
}

}  // namespace

std::string WithoutLiterals(std::string_view statement) {
  // A line takes no more of the statement than this, whatever the rest is.
  const std::string_view begin = statement.substr(0, 16 * kStatementBytesMax);
  const sql::Tokens tokens = sql::Tokenize(begin, true);
  // Whether a backslash escapes depends on the session's sql_mode, which is not known here.
  const bool same = Render(begin, tokens, true) == Render(begin, sql::Tokenize(begin, false), true);
  return Render(begin, tokens, same);
}

WriteSetText DescribePayload(std::string_view payload) {
  Walk walk;
  while (payload.size() >= kHeaderBytes) {
    const size_t size = Number(payload, kSizeAt, 4);
    if (size < kHeaderBytes || size > payload.size()) break;
    walk.Take(static_cast<uint8_t>(payload[kTypeAt]),
              payload.substr(kHeaderBytes, size - kHeaderBytes));
    payload.remove_prefix(size);
  }
  return walk.Finish();
}

}  // namespace borealis::control
