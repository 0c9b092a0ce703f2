// Answers and refusals as JSON, for the console. Pure.
#pragma once

#include <string>

#include "control/api/error.h"
#include "control/api/value.h"

namespace borealis::control {

// A record is an object, a list an array, numbers and booleans are themselves.
std::string ToJson(const Value& value);
// {"error":{"code":...,"message":...}}
std::string ToJson(const ApiError& error);

}  // namespace borealis::control
