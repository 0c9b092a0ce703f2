#include "log/batch.h"

#include <cstring>

#include "base/codec.h"
#include "model/record_codec.h"

namespace borealis::log {
BatchSeeds::BatchSeeds(const Uuid& volume, const storage::SegmentRef& segment, bool positioned,
                       bool sealed)
    : volume_(volume), segment_(segment), positioned_(positioned), sealed_(sealed) {}

uint64_t BatchSeeds::At(uint64_t offset) const { return Hash64(PlaceOf(offset), kBatchSeed); }

BatchPlace BatchSeeds::PlaceOf(uint64_t offset) const {
  if (!positioned_) offset = storage::AppendPlace::kFloating;
  BatchPlace place;
  std::memcpy(place.data(), volume_.bytes.data(), 16);
  std::memcpy(place.data() + 16, &segment_.id.value, 8);
  std::memcpy(place.data() + 24, &segment_.epoch.value, 8);
  std::memcpy(place.data() + 32, &offset, 8);
  return place;
}

uint64_t PaddedBatchBytes(uint64_t body_bytes, bool positioned) {
  const uint64_t unit = positioned ? kSectorBytes : 8;
  return (kBatchHeaderBytes + body_bytes + unit - 1) / unit * unit;
}

const char* BatchFaultName(BatchFault fault) {
  switch (fault) {
    case BatchFault::kNone:
      return "valid";
    case BatchFault::kShort:
      return "the batch is cut short";
    case BatchFault::kZero:
      return "zeros where a batch should be";
    case BatchFault::kHeader:
      return "bad batch header checksum";
    case BatchFault::kUnsupported:
      return "batch of a newer format version";
    case BatchFault::kInconsistent:
      return "impossible batch header";
    case BatchFault::kBody:
      return "bad batch body checksum";
  }
  return "?";
}

BatchFault DecodeBatchHeader(ByteView bytes, const BatchSeeds& seeds, uint64_t offset,
                             BatchHeader& header) {
  header = BatchHeader{};
  if (bytes.size() < kBatchHeaderBytes) return BatchFault::kShort;
  const ByteView head = bytes.first(kBatchHeaderBytes);
  if (IntAt<uint32_t>(head, 8) != kBatchMagic) {
    return AllZero(head) ? BatchFault::kZero : BatchFault::kHeader;
  }
  if (Hash64(head.subspan(8), seeds.At(offset)) != IntAt<uint64_t>(head, 0)) {
    return BatchFault::kHeader;
  }
  const auto flags = IntAt<uint16_t>(head, 14);
  if (IntAt<uint16_t>(head, 12) != kBatchVersion || (flags & ~kBatchFlagSealed) != 0) {
    return BatchFault::kUnsupported;
  }
  header.body_bytes = IntAt<uint32_t>(head, 16);
  header.record_count = IntAt<uint32_t>(head, 20);
  header.segment.id.value = IntAt<uint64_t>(head, 24);
  header.segment.epoch.value = IntAt<uint64_t>(head, 32);
  header.durable_watermark = IntAt<uint64_t>(head, 40);
  header.body_checksum = IntAt<uint64_t>(head, 48);
  header.sealed = (flags & kBatchFlagSealed) != 0;
  const uint64_t unit = seeds.positioned() ? kSectorBytes : 8;
  const uint64_t seal_bytes = header.sealed ? kSealBytes : 0;
  if (!(header.segment == seeds.segment()) || header.sealed != seeds.sealed() ||
      (!header.sealed && IntAt<uint64_t>(head, 56) != 0) || header.total_bytes() % unit != 0 ||
      seal_bytes + uint64_t{header.record_count} * kRecordHeaderBytes > header.body_bytes ||
      (seeds.positioned() && header.durable_watermark > offset)) {
    return BatchFault::kInconsistent;
  }
  return BatchFault::kNone;
}

BatchFault DecodeBatch(ByteView bytes, const BatchSeeds& seeds, uint64_t offset,
                       BatchHeader& header) {
  const BatchFault fault = DecodeBatchHeader(bytes, seeds, offset, header);
  if (fault != BatchFault::kNone) return fault;
  if (bytes.size() < header.total_bytes()) return BatchFault::kShort;
  const ByteView body = bytes.subspan(kBatchHeaderBytes, header.body_bytes);
  if ((Hash64(body, 0) ^ seeds.At(offset)) != header.body_checksum) return BatchFault::kBody;
  return BatchFault::kNone;
}

Status RecordCursor::Next(Record& record) {
  CHECK(!done());
  ASSIGN_OR_RETURN(const size_t length,
                   sealed_ ? DecodeClearParts(body_, record) : DecodeRecord(body_, record));
  body_ = body_.subspan(length);
  ++index_;
  return {};
}

Status RecordCursor::CheckRest() const {
  if (!AllZero(body_)) return {Code::kCorruption, "stray bytes after the last record of a batch"};
  return {};
}

}  // namespace borealis::log
