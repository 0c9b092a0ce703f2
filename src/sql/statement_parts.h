// Reading a statement's tokens: words at places, lists, names. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "sql/tokens.h"

namespace borealis::sql {

using Span = std::span<const Token>;

// `words` and `upper` in capitals.
template <size_t N>
bool IsAnyOf(const Token& token, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return word.size() == token.text.size() && IsWord(token, word);
  });
}
bool WordAt(Span tokens, size_t at, std::string_view upper);  // false beyond the end
bool SymbolAt(Span tokens, size_t at, std::string_view symbol);
bool Contains(Span tokens, std::string_view upper);

// The parts of a list between commas outside of parentheses; at least one, maybe empty.
std::vector<Span> SplitList(Span tokens);

// Behind SET STATEMENT ... FOR, where a statement begins with it; empty: it does not end.
Span Inner(Span tokens);

// The place behind the dotted name at `at`.
size_t SkipName(Span tokens, size_t at);

// Where the name of the table stands: behind CREATE|ALTER ... TABLE; 0: another statement.
size_t TableNameAt(Span tokens);

}  // namespace borealis::sql
