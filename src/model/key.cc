#include "model/key.h"

namespace borealis {

uint64_t HashKeyPath(std::span<const ByteView> parts) {
  // The number of parts seeds the chain and each part's hash seeds the next, so neither a prefix
  // nor another division of the same bytes gives the same value (but for chance, 2^-64).
  uint64_t hash = 0x9e3779b97f4a7c15u * (parts.size() + 1);
  for (const ByteView part : parts) hash = Hash64(part, hash);
  return hash;
}

}  // namespace borealis
