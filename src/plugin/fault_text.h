// The text of a query: which of its statements inject faults (fault_grammar.h). Pure.
//
// Found are whole statements of the text, not words inside of a string, a comment, a routine's
// body, a compound statement or a statement that is prepared: there the server's own parser refuses
// them. An executable comment (/*! ... */) has to hold all of the statement or none of it.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "plugin/fault_grammar.h"

namespace borealis::plugin {

struct FaultStatement {
  size_t begin = 0;  // bytes [begin, end) of the text
  size_t end = 0;
  std::variant<FaultCommand, Refusal> meaning;
};

// In the order of the text; usually none.
std::vector<FaultStatement> FindFaults(std::string_view sql, bool backslash_escapes);

}  // namespace borealis::plugin
