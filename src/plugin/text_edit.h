// Editing a client's text in place, before the server parses it: other statements in the place of
// what must not get there. The text keeps its length.
#pragma once

#include <string_view>

#include "plugin/pending_work.h"
#include "plugin/plugin_abi.h"

namespace borealis::plugin {

// Of this thread of the server.
PendingWork& Pending();

// Bytes [begin, end) of the text become `statement` and blanks; a syntax error if it is longer.
// REQUIRES: begin < end.
void Overwrite(const abi::GeneralEvent& event, size_t begin, size_t end,
               std::string_view statement);

// They become the assignment that stands for `work` (pending_work.h); SHOW VOLUME STATUS the call
// of a procedure that every volume has.
void Overwrite(const abi::GeneralEvent& event, size_t begin, size_t end, Work work);

}  // namespace borealis::plugin
