#include "plugin/topology_text.h"

#include <algorithm>
#include <optional>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr std::string_view kSchema = "INFORMATION_SCHEMA";
constexpr std::string_view kTable = "REPLICA_HOST_STATUS";

bool HasTable(std::string_view sql) {
  const auto same = [](char a, char b) {
    return EqualsIgnoringCase(std::string_view(&a, 1), std::string_view(&b, 1));
  };
  return std::search(sql.begin(), sql.end(), kTable.begin(), kTable.end(), same) != sql.end();
}

bool IsName(const Token& token, std::string_view upper) {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kQuoted) &&
         EqualsIgnoringCase(token.text, upper);
}

}  // namespace

std::vector<std::pair<size_t, size_t>> FindTopology(std::string_view sql, bool backslash_escapes) {
  std::vector<std::pair<size_t, size_t>> found;
  if (sql.size() > kTopologyTextBytesMax || !HasTable(sql)) return found;
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
