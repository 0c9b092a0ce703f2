#include "base/bytes.h"

#include <xxhash.h>

namespace borealis {

uint64_t Hash64(ByteView bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace borealis
