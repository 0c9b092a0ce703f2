// Batch: the unit of append. A segment is a sequence of batches and nothing else.
//
//   batch   := header(64) body
//   header    0  u64  header checksum: Hash64(bytes 8..64, seed)
//             8  u32  magic "BLB1"
//            12  u16  format version (1)
//            14  u16  flags: 1 sealed
//            16  u32  body bytes: records and padding
//            20  u32  number of records; 0 is an idle marker
//            24  u64  segment
//            32  u64  epoch
//            40  u64  durable watermark: all bytes of the segment below it were durable when this
//                     batch was written
//            48  u64  body checksum: Hash64(body, 0) ^ seed
//            56  u64  sealed: MAC of the place (below); else zero
//   body    := seal? record* zeros                            a seal in a sealed batch only
//   seed    := Hash64(volume uuid, u64 segment, u64 epoch, u64 offset; kBatchSeed)
//
// `offset` is the batch's own offset in the segment, or kFloating where the backend does not tell
// offsets beforehand. So bytes that lay elsewhere, in another segment, epoch or volume, never pass:
// not a recycled file's, not a late write's. The body is hashed before the append lock is taken;
// under it only the seed is mixed in and the 56 header bytes are hashed.
//
// In an encrypted volume every batch is sealed, in others none is. A sealed batch is a plain one in
// which the secret parts of the records (model/record_codec.h) were encrypted in place, one after
// the other, as one message of AES-256-GCM; all checksums but those in the records are over what
// lies on the medium, so that whoever has no key can check, walk and count.
//
//   seal    := u32 number of the data key  u32 zero  salt(16)  u64 counter  tag(16)
//   key     := HKDF(data key, salt, "borealis batch")         a writer draws a salt when it starts,
//   nonce   := u64 counter, zeros                             and counts the batches that it seals
//   associated data := header[12, 24) seal[0, 32) and the clear parts of the records, in order
//   MAC     := HMAC-SHA256, 64 bits of it, under HKDF(data key, volume uuid, "borealis place"),
//              of the 40 bytes that the seed is made of, header[8, 56) and the seal
//
// So no two messages share key and nonce, whatever place a batch is tried at again, and a batch can
// be encrypted before its place is known; the MAC binds it to that.
//
// On positioned backends a batch is padded to a multiple of kSectorBytes: no durable sector is ever
// written again, and headers can be found by stepping through sectors.
#pragma once

#include <array>
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
inline constexpr uint16_t kBatchFlagSealed = 1;
inline constexpr size_t kSealBytes = 48;

struct BatchHeader {
  uint32_t body_bytes = 0;
  uint32_t record_count = 0;
  storage::SegmentRef segment;
  uint64_t durable_watermark = 0;
  uint64_t body_checksum = 0;
  bool sealed = false;
  uint64_t total_bytes() const { return kBatchHeaderBytes + uint64_t{body_bytes}; }
};

using BatchPlace = std::array<std::byte, 40>;

// What the batches of one segment have in common, and their seeds.
class BatchSeeds {
 public:
  // `sealed`: whether the volume is encrypted, and so the batches are sealed.
  BatchSeeds(const Uuid& volume, const storage::SegmentRef& segment, bool positioned, bool sealed);
  // Of a batch at `offset`; on floating backends the same for every offset.
  uint64_t At(uint64_t offset) const;
  // What the seed is made of.
  BatchPlace PlaceOf(uint64_t offset) const;
  const storage::SegmentRef& segment() const { return segment_; }
  bool positioned() const { return positioned_; }
  bool sealed() const { return sealed_; }

 private:
  Uuid volume_;
  storage::SegmentRef segment_;
  bool positioned_;
  bool sealed_;
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

// Walks the records of a body whose checksum was right. Cheap value; views the body. In a sealed
// one it sees what is clear: DecodeClearParts.
class RecordCursor {
 public:
  RecordCursor() = default;
  RecordCursor(const BatchHeader& header, ByteView body)
      : body_(header.sealed ? body.subspan(kSealBytes) : body),
        count_(header.record_count),
        sealed_(header.sealed) {}
  // `records`: those of a sealed body in the clear, as BatchCipher::Open gives them.
  static RecordCursor Opened(const BatchHeader& header, ByteView records) {
    RecordCursor cursor;
    cursor.body_ = records;
    cursor.count_ = header.record_count;
    return cursor;
  }
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
  bool sealed_ = false;
};

}  // namespace borealis::log
