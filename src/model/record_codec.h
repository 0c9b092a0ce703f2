// Bytes of a record. All integers little-endian; a record starts at a multiple of 8 in its batch.
//
//   record := header(96) keys? key chunk refs, chunk refs, payload, zeros to a multiple of 8
//
//   header    0  u32  length of the whole record, a multiple of 8
//             4  u8   type                      (RecordType)
//             5  u8   zero
//             6  u16  number of key chunk refs  (0 without kFlagKeysChunked)
//             8  u64  checksum: Hash64(bytes 16 up to the payload, kRecordSeed ^ the first 8 bytes)
//            16  u32  flags                     (RecordFlag)
//            20  u32  number of keys inline     (0 with kFlagKeysChunked)
//            24  u32  number of chunk refs      (0 without kFlagChunked)
//            28  u32  payload bytes inline      (0 with kFlagChunked)
//            32  u64  payload hash: Hash64(whole payload, 0), also of one that lies in chunks
//            40  16   source
//            56  u64  request
//            64  i64  last_seen
//            72  i64  stamp_us
//            80  u64  trx
//            88  u64  connection
//   keys      := u64 hash for each, then 2 bits of type for each (the first in the lowest bits),
//                zeros to a multiple of 8
//   chunk ref := u64 segment  u64 offset  u32 index  u32 payload bytes
//
// The checksum covers everything before the payload, the payload hash within it covers an inline
// payload. There is one encoding per record: what decodes encodes to the same bytes.
//
// A key chunk is a kChunk record whose payload is  u32 count  u32 zero  keys  (as above).
#pragma once

#include <span>

#include "base/status.h"
#include "model/record.h"

namespace borealis {

inline constexpr size_t kRecordHeaderBytes = 96;
inline constexpr size_t kChunkRefBytes = 24;
inline constexpr uint64_t kRecordSeed = 0x426f7265616c6973;
// A record's length must fit its field.
inline constexpr uint64_t kRecordBytesMax = UINT32_MAX & ~uint64_t{7};

// Bytes of `count` keys: hashes, types, padding.
uint64_t EncodedKeyBytes(uint64_t count);
// Length of the record. With kFlagChunked (kFlagKeysChunked) `payload` (`keys`) counts nothing.
uint64_t EncodedRecordBytes(const Record& record);

// Writes the record, payload_hash as given. REQUIRES: out.size() == EncodedRecordBytes(record), at
// most kRecordBytesMax; known type and flags; kFlagChunked set exactly when `chunks` is not empty,
// kFlagKeysChunked exactly when `key_chunks` is not empty; at most 65535 key chunks.
void EncodeRecord(const Record& record, std::span<std::byte> out);

// Decodes the record at the start of `bytes` into `out`, whose vectors are reused, and gives its
// length. The payload points into `bytes`; `backing` is left alone. kCorruption: does not decode or
// a checksum differs; kUnsupported: a type or flag of newer software. Safe on any bytes; allocates
// no more than a small multiple of bytes.size().
Result<size_t> DecodeRecord(ByteView bytes, Record& out);

// A record in an encrypted batch is the same bytes, but for its secret parts: checksum, payload
// hash, keys, payload and padding. What is left in the clear is enough to walk and to count
// records.
//   clear    [0, 8) [16, 32) [40, 96) [keys_end, refs_end)
//   secret   [8, 16) [32, 40) [96, keys_end) [refs_end, length)
struct RecordParts {
  size_t length = 0;
  size_t keys_end = 0;
  size_t refs_end = 0;
};
// Of the record at the start of `bytes`; looks at lengths and counts only. kCorruption. Safe on any
// bytes.
Result<RecordParts> SplitRecord(ByteView bytes);
// Decodes what is clear: `keys` is empty, `payload_hash` 0, and the payload is as long as the real
// one. Else as DecodeRecord.
Result<size_t> DecodeClearParts(ByteView bytes, Record& out);

// Payload of a key chunk.
Bytes EncodeKeyChunk(std::span<const Key> keys);
// Appends the keys to `out`. kCorruption.
Status DecodeKeyChunk(ByteView bytes, std::vector<Key>& out);

}  // namespace borealis
