// What a statement did, in a form that is equal on every node where it did the same.
#pragma once

#include <string>
#include <string_view>

#include "provider/wsrep_abi.h"

namespace borealis::provider {

// Empty for success (no buffer or an empty one). Otherwise the error codes that the server wrote
// into its message ("..., Error_code: 1050; ..."), joined by commas: the words around them hang on
// the node's language. A message without a code is returned whole.
std::string OutcomeText(const abi::Buffer* error);

// Whether a statement that ended so at its origin was refused as a whole before it did anything,
// for a reason that other servers need not share: what the session's settings allow. Such a
// statement is not run elsewhere, where it might succeed.
bool RefusedBeforeAnyEffect(std::string_view outcome);

}  // namespace borealis::provider
