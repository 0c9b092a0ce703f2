// Times in requests. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace borealis::control {

// Microseconds since 1970 of "2026-11-23T14:05:29Z", also with a fraction, or "+00:00", or none of
// the separators. nullopt: no such time.
std::optional<int64_t> ReadTime(const std::string& text);

}  // namespace borealis::control
