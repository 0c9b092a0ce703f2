// Manifests, cache states and checkpoints from outside: what decodes encodes to the same bytes, and
// a manifest's blob name says its seqno.
//
//   first byte % 7   0: a manifest   1: the same with its length and hash made right
//                    2: patches to a real manifest, made right
//                    3: a cache state   4: the same, made right
//                    5: a checkpoint    6: the same, made right
#include "base/check.h"
#include "base/codec.h"
#include "fuzz/fuzz_input.h"
#include "snapshot/cache_state.h"
#include "snapshot/checkpoint.h"
#include "snapshot/manifest.h"

namespace borealis::snapshot {
namespace {

constexpr size_t kFrontBytes = 8 + 4;  // magic, version
constexpr size_t kLengthBytes = 4;
constexpr size_t kHashBytes = 8;

// `front` and then a payload of the right length under the right hash.
Bytes Framed(ByteView front, ByteView payload, uint64_t seed) {
  Bytes bytes(front.begin(), front.end());
  Encoder out(bytes);
  out.Blob(payload);
  out.Int(uint64_t{0});
  fuzz::MakeHashRight(bytes, seed);
  return bytes;
}

Bytes RealManifest(uint32_t data_key = 0) {
  Manifest manifest;
  manifest.volume = Uuid::FromRandom(1, 2);
  manifest.seqno = {77};
  manifest.position = {{3}, 4096, 2};
  manifest.view.seqno = {70};
  manifest.view.members = {{{Uuid::FromRandom(3, 4)}, {1}, "n1", "127.0.0.1:3306", {5}}};
  manifest.certifier = Bytes(32, std::byte{7});
  manifest.server_version = "10.11";
  manifest.data_key = data_key;
  return EncodeManifest(manifest);
}

void TryManifest(ByteView bytes) {
  const auto manifest = DecodeManifest(bytes);
  if (!manifest.ok()) {
    return;
  }
  CHECK(fuzz::Same(EncodeManifest(*manifest), bytes));
  CHECK(manifest->certifier.size() <= bytes.size());
  CHECK(ParseManifestBlobName(ManifestBlobName(manifest->seqno)) == manifest->seqno);
}

void TryCacheState(ByteView bytes) {
  const auto state = DecodeCacheState(bytes);
  if (!state.ok()) {
    return;
  }
  const auto again = DecodeCacheState(EncodeCacheState(*state));
  CHECK_OK(again);
  // The reason is made one line when it is written.
  CHECK(EncodeCacheState(*again) == EncodeCacheState(*state));
  CHECK(again->at == state->at && again->condition == state->condition);
}

void TryCheckpoint(ByteView bytes) {
  const auto checkpoint = DecodeCheckpoint(bytes);
  if (!checkpoint.ok()) {
    return;
  }
  CHECK(fuzz::Same(EncodeCheckpoint(*checkpoint), bytes));
  CHECK(checkpoint->certifier.size() <= bytes.size() && checkpoint->seqno >= Seqno::Zero());
}

}  // namespace
}  // namespace borealis::snapshot

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;            // NOLINT: a fuzz target
  using namespace borealis::snapshot;  // NOLINT: a fuzz target
  fuzz::Input input(data, size);
  const int kind = input.Take<uint8_t>() % 7;
  if (kind == 0) {
    TryManifest(input.rest());
  } else if (kind == 1) {
    TryManifest(Framed(ByteView(RealManifest()).first(kFrontBytes), input.rest(), kManifestSeed));
  } else if (kind == 2) {
    const Bytes real = RealManifest(input.Take<uint8_t>() % 2);
    Bytes payload(real.begin() + kFrontBytes + kLengthBytes, real.end() - kHashBytes);
    fuzz::Patch(payload, input.rest());
    TryManifest(Framed(ByteView(real).first(kFrontBytes), payload, kManifestSeed));
  } else if (kind == 3) {
    TryCacheState(input.rest());
  } else if (kind == 4) {
    TryCacheState(
        Framed(ByteView(EncodeCacheState({})).first(kFrontBytes), input.rest(), kCacheSeed));
  } else if (kind == 5) {
    TryCheckpoint(input.rest());
  } else {
    TryCheckpoint(
        Framed(ByteView(EncodeCheckpoint({})).first(kFrontBytes), input.rest(), kCheckpointSeed));
  }
  return 0;
}
