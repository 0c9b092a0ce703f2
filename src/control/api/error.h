// ApiError: a refusal as AWS's clients know it: a code that programs act on, a status, a sentence.
#pragma once

#include <string>

namespace borealis::control {

struct ApiError {
  int http_status = 400;
  std::string code;     // "DBClusterNotFoundFault"
  std::string message;  // one sentence; never a secret
};

}  // namespace borealis::control
