// Manifest and cache-state decoders on arbitrary bytes: what decodes encodes to the same bytes.
#include <algorithm>

#include "snapshot/cache_state.h"
#include "snapshot/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;            // NOLINT: a fuzz target
  using namespace borealis::snapshot;  // NOLINT: a fuzz target
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  if (const auto manifest = DecodeManifest(bytes); manifest.ok()) {
    const Bytes again = EncodeManifest(*manifest);
    CHECK(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  }
  if (const auto state = DecodeCacheState(bytes); state.ok()) {
    CHECK(DecodeCacheState(EncodeCacheState(*state)).ok());
  }
  return 0;
}
