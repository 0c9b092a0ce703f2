#include "plugin/draining.h"

#include <optional>

#include "plugin/sql.h"

namespace borealis::plugin {
namespace {

constexpr size_t kTokensMax = 1000;  // of one statement that are looked at

// One statement that names something: SELECT 1 and SHOW do not.
bool IsWork(Tokenizer& tokenizer, const Token& first) {
  if (IsWord(first, "SET") || IsWord(first, "SHOW") || IsWord(first, "USE")) return false;
  if (!IsWord(first, "SELECT")) return true;
  for (size_t n = 0; n < kTokensMax; ++n) {
    const auto token = tokenizer.Next();
    if (!token) return false;
    if (IsWord(*token, "FROM")) return true;
  }
  return true;
}

// More statements follow, whose answers the client waits for.
bool HasMore(std::string_view sql) {
  Tokenizer tokenizer(sql, true);
  bool ended = false;
  while (const auto token = tokenizer.Next()) {
    if (ended) return true;
    ended = IsSymbol(*token, ";");
  }
  return false;
}

}  // namespace

bool ClosesBehind(DrainPhase phase, std::string_view command, std::string_view sql) {
  if (phase == DrainPhase::kNone || (command != "Query" && command != "Execute")) return false;
  Tokenizer tokenizer(sql, true);
  const auto first = tokenizer.Next();
  if (!first || HasMore(sql)) return false;
  if (IsWord(*first, "COMMIT") || IsWord(*first, "ROLLBACK")) return true;
  return phase == DrainPhase::kStatements && IsWork(tokenizer, *first);
}

}  // namespace borealis::plugin
