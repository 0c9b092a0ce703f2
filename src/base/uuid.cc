#include "base/uuid.h"

#include <sys/random.h>

#include <cstring>

#include "base/check.h"

namespace borealis {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool IsDashPosition(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Uuid::ToString() const {
  std::string text;
  for (const uint8_t byte : bytes) {
    if (IsDashPosition(text.size())) text += '-';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

Uuid Uuid::FromRandom(uint64_t high, uint64_t low) {
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), &high, 8);
  std::memcpy(uuid.bytes.data() + 8, &low, 8);
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  return uuid;
}

Uuid Uuid::Random() {
  uint64_t words[2];
  CHECK(getrandom(words, sizeof(words), 0) == sizeof(words));
  return FromRandom(words[0], words[1]);
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  size_t at = 0;
  for (size_t i = 0; i < 16; ++i) {
    if (IsDashPosition(at)) {
      if (text[at] != '-') return std::nullopt;
      ++at;
    }
    const int high = HexValue(text[at]);
    const int low = HexValue(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<uint8_t>(high * 16 + low);
    at += 2;
  }
  return uuid;
}

}  // namespace borealis
