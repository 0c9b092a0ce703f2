// Telling a client that something is refused: an error of the statement that its session runs.
#pragma once

#include "plugin/plugin_abi.h"
#include "plugin/session_rules.h"

namespace borealis::plugin {

void Raise(const Refusal& refusal);

// The same, and a line in the server's error log, which its standard error is: who was refused
// what. Texts of users are not in it; they may hold passwords.
void Refuse(abi::Thd* thd, const Refusal& refusal);

}  // namespace borealis::plugin
