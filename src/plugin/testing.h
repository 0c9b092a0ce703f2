// For tests: a statement as its rules see it.
#pragma once

#include <string_view>

#include "plugin/sql.h"

namespace borealis::plugin {

inline Tokens Tokenize(std::string_view text) { return sql::Tokenize(text, true); }

}  // namespace borealis::plugin
