#include "control/model/cidr.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <charconv>

namespace borealis::control {

std::string Cidr::ToString() const {
  return fmt::format("{}.{}.{}.{}/{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                     address & 255, bits);
}

std::optional<Cidr> Cidr::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text.substr(0, slash)).c_str(), &address) != 1) {
    return std::nullopt;
  }
  Cidr cidr{ntohl(address.s_addr), -1};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, cidr.bits);
  if (error != std::errc() || stop != end || cidr.bits < 0 || cidr.bits > 32) return std::nullopt;
  cidr.address &= cidr.Mask();
  return cidr;
}

}  // namespace borealis::control
