// What a statement did, in a form that is equal on every node where it did the same.
#pragma once

#include <string>

#include "provider/wsrep_abi.h"

namespace borealis::provider {

// Empty for success (no buffer or an empty one). Otherwise the error codes that the server wrote
// into its message ("..., Error_code: 1050; ..."), joined by commas: the words around them hang on
// the node's language. A message without a code is returned whole.
std::string OutcomeText(const abi::Buffer* error);

}  // namespace borealis::provider
