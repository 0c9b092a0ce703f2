// Answers to a console's page. Pure.
#pragma once

#include <string>

#include "control/api/http_message.h"

namespace borealis::control {

// Never kept by a cache.
HttpAnswer JsonAnswer(int status, std::string body);
HttpAnswer Refused(int status, std::string code, std::string message);

}  // namespace borealis::control
