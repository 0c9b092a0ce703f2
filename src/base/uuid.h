// Uuid: 16 bytes, RFC 4122 text form. Value type.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace borealis {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  bool IsNil() const { return *this == Uuid{}; }
  // "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
  std::string ToString() const;
  // Version 4 bits are set on the two words given.
  static Uuid FromRandom(uint64_t high, uint64_t low);
  // From the kernel's random source.
  static Uuid Random();
  static std::optional<Uuid> Parse(std::string_view text);
};

}  // namespace borealis
