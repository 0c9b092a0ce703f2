// Certifier::Load on bytes from outside: raw; as the body of a well-framed state; and as patches to
// a real one. What is accepted must save to the same bytes and certify on without a failed CHECK,
// the same before and after another load.
//
//   first byte % 3   0: the rest is the bytes   1: the rest is the body
//                    2: u8 seed of a history, then (u16 offset, u8 xor)*
#include <cstring>

#include "base/check.h"
#include "certification/certifier.h"
#include "certification/random_history.h"

namespace borealis::certification {
namespace {

constexpr size_t kFrontBytes = 8 + 4;  // magic, version
constexpr size_t kChecksumBytes = 8;

Bytes SavedAfter(uint64_t seed, int64_t records) {
  RandomHistory history(seed);
  Certifier certifier(history.window());
  for (int64_t n = 1; n <= records; ++n) {
    certifier.Certify({n}, history.Next(n, certifier.view()));
  }
  return certifier.Save();
}

void Seal(Bytes& bytes) {
  const uint64_t checksum = Hash64(ByteView(bytes).first(bytes.size() - kChecksumBytes), 0);
  std::memcpy(bytes.data() + bytes.size() - kChecksumBytes, &checksum, kChecksumBytes);
}

Bytes Framed(ByteView body) {
  Bytes bytes = SavedAfter(1, 0);
  bytes.resize(kFrontBytes);
  bytes.insert(bytes.end(), body.begin(), body.end());
  bytes.resize(bytes.size() + kChecksumBytes);
  Seal(bytes);
  return bytes;
}

Bytes Patched(ByteView input) {
  Bytes bytes = SavedAfter(input.empty() ? 0 : static_cast<uint64_t>(input[0]), 60);
  for (size_t at = 1; at + 3 <= input.size(); at += 3) {
    uint16_t offset = 0;
    std::memcpy(&offset, input.data() + at, sizeof(offset));
    bytes[kFrontBytes + offset % (bytes.size() - kFrontBytes)] ^= input[at + 2];
  }
  Seal(bytes);
  return bytes;
}

void LoadAndGoOn(const Bytes& bytes) {
  Result<Certifier> loaded = Certifier::Load(bytes);
  if (!loaded.ok()) {
    return;
  }
  CHECK(loaded->Save() == bytes);
  Result<Certifier> again = Certifier::Load(bytes);
  CHECK_OK(again);
  RandomHistory history(Hash64(bytes, 0));
  for (int i = 0; i < 30; ++i) {
    const Seqno next = loaded->seqno().Next();
    const Record record = history.Next(next.value, loaded->view());
    loaded->Certify(next, record);
    again->Certify(next, record);
  }
  CHECK(loaded->RunningDigest() == again->RunningDigest());
  const Bytes saved = loaded->Save();
  Result<Certifier> last = Certifier::Load(saved);
  CHECK_OK(last);
  CHECK(last->Save() == saved);
}

}  // namespace
}  // namespace borealis::certification

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis::certification;  // NOLINT
  if (size == 0) {
    return 0;
  }
  const borealis::ByteView rest = std::as_bytes(std::span(data, size)).subspan(1);
  switch (data[0] % 3) {
    case 0:
      LoadAndGoOn(borealis::Bytes(rest.begin(), rest.end()));
      break;
    case 1:
      LoadAndGoOn(Framed(rest));
      break;
    default:
      LoadAndGoOn(Patched(rest));
  }
  return 0;
}
