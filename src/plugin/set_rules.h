// What a SET statement makes of the session's state. Pure. Understands literal values; an
// expression (a user variable, a function) leaves the state as it is: what it gave is seen at the
// next statement.
#pragma once

#include <span>

#include "plugin/session_rules.h"
#include "plugin/sql.h"

namespace borealis::plugin {

struct SetEffect {
  SessionState state;
  // SET STATEMENT ... FOR: where the statement begins in the tokens; 0: none.
  size_t statement_at = 0;
  // SET STATEMENT timestamp=..., a whole number of seconds.
  bool whole_second = false;
};

// REQUIRES: tokens[0] is SET.
SetEffect ApplySet(std::span<const Token> tokens, const SessionState& before);

}  // namespace borealis::plugin
