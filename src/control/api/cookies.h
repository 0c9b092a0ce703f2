// Cookies of a request. Pure.
#pragma once

#include <string_view>

namespace borealis::control {

// The value of one cookie of a "Cookie" header (RFC 6265); empty: it is not there.
std::string_view CookieValue(std::string_view header, std::string_view name);

}  // namespace borealis::control
