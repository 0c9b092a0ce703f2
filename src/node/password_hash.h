// What servers keep of a password. Pure.
#pragma once

#include <string>
#include <string_view>

namespace borealis::node {

// That of mysql_native_password: "*" and 40 hexadecimal digits of SHA1(SHA1(password)); of an empty
// password nothing.
std::string PasswordHash(std::string_view password);

// Whether text is one.
bool IsPasswordHash(std::string_view text);

}  // namespace borealis::node
