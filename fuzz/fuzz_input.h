// Helpers of the fuzz targets: input from libFuzzer as our types, and checksums made right, without
// which no random byte would get past the first test of a decoder.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace borealis::fuzz {

// Takes pieces off the front; what is not there any more reads as zero or empty.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const std::byte*>(data), size) {}

  template <typename T>
  T Take() {
    T value{};
    const size_t bytes = std::min(sizeof(T), rest_.size());
    if (bytes > 0) std::memcpy(&value, rest_.data(), bytes);
    rest_ = rest_.subspan(bytes);
    return value;
  }
  ByteView TakeBytes(size_t at_most) {
    const ByteView taken = rest_.first(std::min(at_most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  bool empty() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }
  std::string_view text() const { return AsText(rest_); }
  Bytes copy() const { return {rest_.begin(), rest_.end()}; }

 private:
  ByteView rest_;
};

// Makes the last eight bytes the hash of those before them.
inline void MakeHashRight(Bytes& bytes, uint64_t seed) {
  if (bytes.size() < sizeof(uint64_t)) return;
  const size_t at = bytes.size() - sizeof(uint64_t);
  const uint64_t hash = Hash64(ByteView(bytes).first(at), seed);
  std::memcpy(bytes.data() + at, &hash, sizeof(hash));
}

// (u16 offset, u8 xor)* applied to `bytes`.
inline void Patch(Bytes& bytes, ByteView patches) {
  for (; patches.size() >= 3 && !bytes.empty(); patches = patches.subspan(3)) {
    uint16_t offset = 0;
    std::memcpy(&offset, patches.data(), sizeof(offset));
    bytes[offset % bytes.size()] ^= patches[2];
  }
}

inline bool Same(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace borealis::fuzz
