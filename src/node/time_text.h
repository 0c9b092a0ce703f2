// Moments as people write them: a subset of RFC 3339, and what SQL prints. Pure.
//
//   moment = YYYY-MM-DD ("T" | "t" | " ") HH:MM:SS [ "." 1 to 6 digits ] [ [" "] offset ]
//   offset = "Z" | "z" | ("+" | "-") HH:MM                    none: UTC
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace borealis::node {

// Microseconds since 1970-01-01T00:00:00Z. kInvalidArgument says what is accepted. Years 1970 to
// 9999; no leap seconds.
Result<int64_t> ParseMoment(std::string_view text);

// "2026-11-23T22:29:03.000250Z": all digits, so that it can be given back. REQUIRES: not before
// 1970 or after 9999.
std::string FormatMoment(int64_t time_us);

}  // namespace borealis::node
