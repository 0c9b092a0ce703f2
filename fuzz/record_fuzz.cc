// DecodeRecord and DecodeKeyChunk on bytes from outside. What is accepted must encode to the same
// bytes; a refusal must leave no more behind than the input was long.
//
//   first byte % 3   0: the rest is a record   1: the same, with its hash and checksum made right
//                    2: the rest is a key chunk
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "model/record_codec.h"

namespace borealis {
namespace {

constexpr size_t kHeadFixed = kRecordHeaderBytes;

template <typename T>
T IntAt(const Bytes& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// Makes the length, the payload hash and the checksum what the counts ask for, if they fit.
void MakeRight(Bytes& bytes) {
  if (bytes.size() < kHeadFixed) {
    return;
  }
  bytes.resize(bytes.size() / 8 * 8);
  const auto length = static_cast<uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &length, sizeof(length));
  const uint64_t head =
      kHeadFixed + EncodedKeyBytes(IntAt<uint32_t>(bytes, 20)) +
      (uint64_t{IntAt<uint16_t>(bytes, 6)} + IntAt<uint32_t>(bytes, 24)) * kChunkRefBytes;
  if (head > bytes.size()) {
    return;
  }
  auto payload = IntAt<uint32_t>(bytes, 28);
  if (payload > bytes.size() - head) {
    payload = static_cast<uint32_t>(bytes.size() - head);
    std::memcpy(bytes.data() + 28, &payload, sizeof(payload));
  }
  const uint64_t hash = Hash64(ByteView(bytes).subspan(head, payload), 0);
  std::memcpy(bytes.data() + 32, &hash, sizeof(hash));
  const uint64_t checksum =
      Hash64(ByteView(bytes).subspan(16, head - 16), kRecordSeed ^ IntAt<uint64_t>(bytes, 0));
  std::memcpy(bytes.data() + 8, &checksum, sizeof(checksum));
}

void TryRecord(const Bytes& bytes) {
  Record record;
  const Result<size_t> length = DecodeRecord(bytes, record);
  CHECK(record.keys.capacity() * sizeof(Key) <= 4 * bytes.size() + 64);
  if (!length.ok()) {
    return;
  }
  CHECK(*length <= bytes.size() && *length == EncodedRecordBytes(record));
  Bytes again(*length);
  EncodeRecord(record, again);
  CHECK(std::equal(again.begin(), again.end(), bytes.begin()));
}

void TryKeyChunk(ByteView bytes) {
  std::vector<Key> keys;
  if (!DecodeKeyChunk(bytes, keys).ok()) {
    return;
  }
  const Bytes again = EncodeKeyChunk(keys);
  CHECK(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
}

}  // namespace
}  // namespace borealis

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;  // NOLINT(google-build-using-namespace)
  if (size == 0) {
    return 0;
  }
  const ByteView input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  Bytes bytes(input.begin(), input.end());
  switch (data[0] % 3) {
    case 0:
      TryRecord(bytes);
      break;
    case 1:
      MakeRight(bytes);
      TryRecord(bytes);
      break;
    default:
      TryKeyChunk(bytes);
  }
  return 0;
}
