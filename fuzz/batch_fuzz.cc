// ScanSegment on a segment's raw bytes: it must stop at a batch boundary, count what it walked, and
// call nothing below a watermark torn.
//
//   first byte: bit 0 positioned or floating, bit 1 make headers and bodies at the offsets that a
//   scan would reach right, bit 2 the floor is the size; the rest is the segment
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "log/batch_builder.h"
#include "log/segment_scan.h"

namespace borealis::log {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);
constexpr storage::SegmentRef kSegment = {{3}, {4}};

// Turns whatever lies where a batch would be into one whose checksums are right.
void MakeRight(Bytes& bytes, const BatchSeeds& seeds) {
  const uint64_t unit = seeds.positioned() ? kSectorBytes : 8;
  uint64_t at = 0;
  while (bytes.size() - at >= kBatchHeaderBytes + unit) {
    std::byte* const header = bytes.data() + at;
    uint32_t body = 0;
    std::memcpy(&body, header + 16, sizeof(body));
    const uint64_t room = bytes.size() - at;
    const uint64_t total =
        std::min((kBatchHeaderBytes + body % 4096 + unit - 1) / unit * unit, room / unit * unit);
    body = static_cast<uint32_t>(total - kBatchHeaderBytes);
    const uint16_t version = kBatchVersion;
    const uint16_t flags = 0;
    const uint64_t zero = 0;
    const uint64_t seed = seeds.At(at);
    const uint64_t body_checksum =
        Hash64(ByteView(bytes).subspan(at + kBatchHeaderBytes, body), 0) ^ seed;
    std::memcpy(header + 8, &kBatchMagic, 4);
    std::memcpy(header + 12, &version, 2);
    std::memcpy(header + 14, &flags, 2);
    std::memcpy(header + 16, &body, 4);
    std::memcpy(header + 24, &kSegment.id.value, 8);
    std::memcpy(header + 32, &kSegment.epoch.value, 8);
    std::memcpy(header + 48, &body_checksum, 8);
    std::memcpy(header + 56, &zero, 8);
    const uint64_t checksum = Hash64(ByteView(bytes).subspan(at + 8, kBatchHeaderBytes - 8), seed);
    std::memcpy(header, &checksum, 8);
    at += total;
  }
}

// Batches of a few records each, and an idle marker.
Bytes RealSegment(const BatchSeeds& seeds) {
  Bytes bytes;
  uint64_t durable = 0;
  for (uint64_t batch = 0; batch < 4; ++batch) {
    BatchBuilder builder(seeds.positioned(), 4096, nullptr);
    builder.Start();
    for (uint64_t i = 0; i < 3 - batch; ++i) {
      Record record;
      record.request.value = batch * 10 + i;
      record.keys = {{i, KeyType::kUpdate}, {i + 1, KeyType::kShared}};
      record.payload = AsBytes("write-set");
      record.payload_hash = Hash64(record.payload, 0);
      CHECK(builder.Add(record));
    }
    builder.Finish();
    const ByteView placed = builder.Place(seeds, {.offset = bytes.size(), .durable_end = durable});
    bytes.insert(bytes.end(), placed.begin(), placed.end());
    durable = bytes.size();
  }
  bytes.resize(bytes.size() + 1024);
  return bytes;
}

void Patch(Bytes& bytes, ByteView patches) {
  for (; patches.size() >= 3; patches = patches.subspan(3)) {
    uint16_t offset = 0;
    std::memcpy(&offset, patches.data(), sizeof(offset));
    bytes[offset % bytes.size()] ^= patches[2];
  }
}

void Scan(const Bytes& bytes, const BatchSeeds& seeds, uint64_t floor) {
  ChainEntry entry;
  entry.segment = kSegment;
  entry.before = Seqno::Zero();
  uint64_t walked = 0;
  uint64_t records = 0;
  const SegmentScan scan = ScanSegment(
      bytes, seeds, entry, floor, [&](uint64_t offset, const BatchHeader& header, ByteView body) {
        CHECK(offset == walked && body.size() == header.body_bytes);
        walked += header.total_bytes();
        records += header.record_count;
      });
  CHECK(scan.valid_end == walked && walked <= bytes.size());
  CHECK(scan.count.seqno >= Seqno::Zero() &&
        static_cast<uint64_t>(scan.count.seqno.value) <= records);
  CHECK(scan.tail == SegmentTail::kCorrupt || scan.durable_end <= scan.valid_end);
  CHECK(floor <= scan.valid_end || scan.tail == SegmentTail::kCorrupt);
}

}  // namespace
}  // namespace borealis::log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace borealis;       // NOLINT(google-build-using-namespace)
  using namespace borealis::log;  // NOLINT(google-build-using-namespace)
  if (size == 0) {
    return 0;
  }
  const ByteView input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  const BatchSeeds seeds(kVolume, kSegment, (data[0] & 1) != 0, (data[0] & 16) != 0);
  Bytes bytes(input.begin(), input.end());
  if ((data[0] & 8) != 0) {
    bytes = RealSegment(seeds);
    Patch(bytes, input);
  }
  if ((data[0] & 2) != 0) {
    MakeRight(bytes, seeds);
  }
  Scan(bytes, seeds, (data[0] & 4) != 0 ? bytes.size() : 0);
  return 0;
}
