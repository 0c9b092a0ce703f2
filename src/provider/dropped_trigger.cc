#include "provider/dropped_trigger.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "provider/session_state.h"
#include "snapshot/files.h"
#include "sql/statement_parts.h"

namespace borealis::provider {
namespace {

constexpr size_t kFileBytesMax = 4096;  // a name, at most

bool IsPlainAscii(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$';
  });
}

}  // namespace

std::optional<std::string> DroppedTrigger(std::string_view statement) {
  const sql::Tokens all = sql::Tokenize(statement, true);
  const sql::Span tokens = sql::Inner(all);
  if (!sql::WordAt(tokens, 0, "DROP") || !sql::WordAt(tokens, 1, "TRIGGER")) return std::nullopt;
  const size_t at = sql::WordAt(tokens, 2, "IF") && sql::WordAt(tokens, 3, "EXISTS") ? 4 : 2;
  const size_t end = sql::SkipName(tokens, at);
  if (end == at || tokens[end - 1].kind == sql::TokenKind::kSymbol) return std::nullopt;
  std::string name = sql::Unquote(tokens[end - 1], true);
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

bool IsTriggerOn(const std::string& directory, const std::string& database,
                 const std::string& trigger, const std::string& table) {
  if (!IsPlainAscii(trigger)) return true;  // the client's character set is not known here
  const auto file = snapshot::ReadFile(
      fmt::format("{}/{}/{}.TRN", directory, FileNameOf(database), FileNameOf(trigger)),
      kFileBytesMax);
  if (!file.ok()) return false;
  if (!IsPlainAscii(table)) return true;  // may be escaped
  return AsText(*file).find(fmt::format("\ntrigger_table={}\n", table)) != std::string_view::npos;
}

}  // namespace borealis::provider
