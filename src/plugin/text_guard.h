// First line: before a text from a client is parsed, what must not run in it is overwritten, in
// place and at its length, with an assignment to a variable whose check raises the refusal
// (statement_variables.h). An error raised at that moment would be discarded. A span too short for
// it becomes a syntax error. A statement that injects a fault, which the server does not know,
// becomes the same; the check injects it.
#pragma once

#include "plugin/plugin_abi.h"

namespace borealis::plugin {

void GuardText(abi::Thd* thd, const abi::GeneralEvent& event);

}  // namespace borealis::plugin
