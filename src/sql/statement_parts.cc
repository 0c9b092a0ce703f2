#include "sql/statement_parts.h"

namespace borealis::sql {

bool WordAt(Span tokens, size_t at, std::string_view upper) {
  return at < tokens.size() && IsWord(tokens[at], upper);
}

bool SymbolAt(Span tokens, size_t at, std::string_view symbol) {
  return at < tokens.size() && IsSymbol(tokens[at], symbol);
}

bool Contains(Span tokens, std::string_view upper) {
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return IsWord(token, upper); });
}

std::vector<Span> SplitList(Span tokens) {
  std::vector<Span> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && IsSymbol(tokens[i], "(")) ++depth;
    if (i < tokens.size() && IsSymbol(tokens[i], ")")) --depth;
    if (i == tokens.size() || (depth == 0 && IsSymbol(tokens[i], ","))) {
      parts.push_back(tokens.subspan(begin, i - begin));
      begin = i + 1;
    }
  }
  return parts;
}

Span Inner(Span tokens) {
  if (!WordAt(tokens, 0, "SET") || !WordAt(tokens, 1, "STATEMENT")) return tokens;
  int depth = 0;
  for (size_t i = 2; i < tokens.size(); ++i) {
    if (IsSymbol(tokens[i], "(")) ++depth;
    if (IsSymbol(tokens[i], ")")) --depth;
    if (depth == 0 && IsWord(tokens[i], "FOR")) return tokens.subspan(i + 1);
  }
  return {};
}

size_t SkipName(Span tokens, size_t at) {
  if (at < tokens.size()) ++at;
  while (SymbolAt(tokens, at, ".")) at += 2;
  return std::min(at, tokens.size());
}

size_t TableNameAt(Span tokens) {
  size_t at = 1;
  while (WordAt(tokens, at, "OR") || WordAt(tokens, at, "REPLACE") ||
         WordAt(tokens, at, "ONLINE") || WordAt(tokens, at, "IGNORE") ||
         WordAt(tokens, at, "TEMPORARY")) {
    ++at;
  }
  if (!WordAt(tokens, at, "TABLE")) return 0;
  ++at;
  while (WordAt(tokens, at, "IF") || WordAt(tokens, at, "NOT") || WordAt(tokens, at, "EXISTS")) {
    ++at;
  }
  return at;
}

}  // namespace borealis::sql
