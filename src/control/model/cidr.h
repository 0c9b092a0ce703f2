// A block of IPv4 addresses, "10.0.0.0/8". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace borealis::control {

struct Cidr {
  uint32_t address = 0;  // the lowest, host byte order
  int bits = 0;
  bool Contains(uint32_t other) const { return ((address ^ other) & Mask()) == 0; }
  uint32_t Mask() const { return bits == 0 ? 0 : ~uint32_t{0} << (32 - bits); }
  std::string ToString() const;  // bits below the mask are zero
  // nullopt: no such block. "10.1.2.3/8" is 10.0.0.0/8.
  static std::optional<Cidr> Parse(std::string_view text);
};

}  // namespace borealis::control
