// Batch: the unit of append. A segment is a sequence of batches and nothing else.
//
//   batch   := header(64) body
//   header    0  u64  header checksum: Hash64(bytes 8..64, seed)
//             8  u32  magic "BLB1"
//            12  u16  format version (1)
//            14  u16  flags, zero
//            16  u32  body bytes: records and padding
//            20  u32  number of records; 0 is an idle marker
//            24  u64  segment
//            32  u64  epoch
//            40  u64  durable watermark: all bytes of the segment below it were durable when this
//                     batch was written
//            48  u64  body checksum: Hash64(body, 0) ^ seed
//            56  u64  zero
//   body    := record* zeros
//   seed    := Hash64(volume uuid, u64 segment, u64 epoch, u64 offset; kBatchSeed)
//
// `offset` is the batch's own offset in the segment, or kFloating where the backend does not tell
// offsets beforehand. So bytes that lay elsewhere, in another segment, epoch or volume, never pass:
// not a recycled file's, not a late write's. The body is hashed before the append lock is taken;
// under it only the seed is mixed in and the 56 header bytes are hashed.
//
// On positioned backends a batch is padded to a multiple of kSectorBytes: no durable sector is ever
// written again, and headers can be found by stepping through sectors.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/status.h"
#include "base/uuid.h"
#include "model/record.h"
#include "storage/backend.h"

namespace borealis::log {

inline constexpr size_t kBatchHeaderBytes = 64;
inline constexpr size_t kSectorBytes = 512;
inline constexpr uint32_t kBatchMagic = 0x31424c42;  // "BLB1"
inline constexpr uint16_t kBatchVersion = 1;
inline constexpr uint64_t kBatchSeed = 0x6261746368;

struct BatchHeader {
  uint32_t body_bytes = 0;
  uint32_t record_count = 0;
  storage::SegmentRef segment;
  uint64_t durable_watermark = 0;
  uint64_t body_checksum = 0;
  uint64_t total_bytes() const { return kBatchHeaderBytes + uint64_t{body_bytes}; }
};

// Gives the seeds of the batches of one segment.
class BatchSeeds {
 public:
  BatchSeeds(const Uuid& volume, const storage::SegmentRef& segment, bool positioned);
  // Of a batch at `offset`; on floating backends the same for every offset.
  uint64_t At(uint64_t offset) const;
  const storage::SegmentRef& segment() const { return segment_; }
  bool positioned() const { return positioned_; }

 private:
  Uuid volume_;
  storage::SegmentRef segment_;
  bool positioned_;
};

// What a batch does to bytes that were laid aside for it: multiple of kSectorBytes or of 8.
uint64_t PaddedBatchBytes(uint64_t body_bytes, bool positioned);

enum class BatchFault {
  kNone,
  kShort,         // fewer bytes than the header, or the body, takes
  kZero,          // the header's bytes are all zero
  kHeader,        // no header was written here: bad checksum
  kUnsupported,   // a header of a newer format version
  kInconsistent,  // checksum right, content impossible: a bug of the writer
  kBody,          // header right, body's checksum differs
};
const char* BatchFaultName(BatchFault fault);

// Decodes the header at the start of `bytes`. kNone, kShort, kZero, kHeader, kUnsupported,
// kInconsistent.
BatchFault DecodeBatchHeader(ByteView bytes, const BatchSeeds& seeds, uint64_t offset,
                             BatchHeader& header);
// Header and body. kBody and a kShort with header.body_bytes != 0 mean that the header was right.
BatchFault DecodeBatch(ByteView bytes, const BatchSeeds& seeds, uint64_t offset,
                       BatchHeader& header);

// Walks the records of a body whose checksum was right. Cheap value; views the body.
class RecordCursor {
 public:
  RecordCursor() = default;
  RecordCursor(ByteView body, uint32_t count) : body_(body), count_(count) {}
  uint32_t index() const { return index_; }  // of the next record
  bool done() const { return index_ == count_; }
  // REQUIRES: !done(). The payload points into the body. kCorruption, kUnsupported.
  Status Next(Record& record);
  // After the last record: the rest must be padding. kCorruption.
  Status CheckRest() const;

 private:
  ByteView body_;
  uint32_t count_ = 0;
  uint32_t index_ = 0;
};

}  // namespace borealis::log
