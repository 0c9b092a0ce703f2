// For tests: a statement as its rules see it.
#pragma once

#include <string_view>

#include "plugin/sql_tokens.h"

namespace borealis::plugin {

// Views into `sql`.
inline Tokens Tokenize(std::string_view sql) {
  Tokens tokens;
  Tokenizer tokenizer(sql, true);
  while (auto token = tokenizer.Next()) tokens.push_back(*token);
  return tokens;
}

}  // namespace borealis::plugin
