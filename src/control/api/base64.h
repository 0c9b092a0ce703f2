// Base64 of a header from outside. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace borealis::control {

inline constexpr size_t kBase64BytesMax = 1024;

// nullopt: it is no base64 (RFC 4648, padded), or longer than the bound.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace borealis::control
