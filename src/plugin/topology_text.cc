#include "plugin/topology_text.h"

#include <optional>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr std::string_view kSchema = "INFORMATION_SCHEMA";
constexpr std::string_view kTable = "REPLICA_HOST_STATUS";

// Where a table's name may be; found by what is rare in texts.
bool HasTable(std::string_view sql) {
  const size_t first = kTable.find('_');
  for (size_t at = sql.find('_', first); at < sql.size(); at = sql.find('_', at + 1)) {
    if (EqualsIgnoringCase(sql.substr(at - first, kTable.size()), kTable)) return true;
  }
  return false;
}

bool IsName(const Token& token, std::string_view upper) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kQuoted) &&
         EqualsIgnoringCase(token.text, upper);
}

}  // namespace

bool MayNameTopology(std::string_view sql) {
  return sql.size() <= kTopologyTextBytesMax && HasTable(sql);
}

std::vector<std::pair<size_t, size_t>> FindTopology(std::string_view sql, bool backslash_escapes) {
  std::vector<std::pair<size_t, size_t>> found;
  if (!MayNameTopology(sql)) return found;
  Tokenizer tokenizer(sql, backslash_escapes);
  std::optional<size_t> begin;  // of the schema's name
  bool dotted = false;
  bool in_comment = false;
  while (const auto token = tokenizer.Next()) {
    const bool same_comment = in_comment == tokenizer.in_code_comment();
    if (begin && !dotted && IsSymbol(*token, ".")) {
      dotted = true;
    } else if (begin && dotted && IsName(*token, kTable) && same_comment) {
      found.emplace_back(*begin, token->end);
      begin.reset();
    } else if (IsName(*token, kSchema)) {
      begin = token->begin;
      dotted = false;
      in_comment = tokenizer.in_code_comment();
    } else {
      begin.reset();
    }
  }
  return found;
}

}  // namespace borealis::plugin
