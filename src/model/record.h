// Record: one entry of the log, decoded. The bytes are described in model/record_codec.h.
//
// Ordered records take a seqno, whatever their verdict (a repeat takes one too, so that counting
// them needs no certification state). Auxiliary records have a position only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "model/ids.h"
#include "model/key.h"

namespace borealis {

// Values are part of the record format.
enum class RecordType : uint8_t {
  // Ordered.
  kWriteSet = 1,          // a transaction, certified
  kIsolated = 2,          // a statement that runs alone in total order (TOI, DDL)
  kView = 3,              // payload: ViewChange
  kFragment = 4,          // part of a streaming transaction
  kFragmentRollback = 5,  // a streaming transaction gives up
  // Auxiliary.
  kChunk = 64,            // part of a payload that a later record assembles
  kIsolatedOutcome = 65,  // what an isolated statement did at its origin
  kDigest = 66,           // certification digest at a seqno, to compare
};
inline bool IsOrdered(RecordType type) { return static_cast<uint8_t>(type) < 64; }
bool IsKnown(RecordType type);

// Bits of Record::flags; values are part of the record format.
enum RecordFlag : uint32_t {
  kFlagParallelUnsafe = 1u << 0,  // apply after everything before, before everything after
  kFlagChunked = 1u << 1,         // payload = the chunks named in `chunks`, in order
  kFlagTrxStart = 1u << 2,        // first fragment of a transaction
  kFlagTrxEnd = 1u << 3,          // commits the transaction
  kFlagKeysChunked = 1u << 4,     // keys = those in the chunks named in `key_chunks`, in order
  // An isolated statement: fails if its `last_seen` is below the isolated statement before it.
  kFlagKnowsIsolated = 1u << 5,
};
inline constexpr uint32_t kFlagsKnown = (1u << 6) - 1;

// Where a chunk lies and how many payload bytes it carries.
struct ChunkRef {
  Position position;
  uint32_t bytes = 0;
  auto operator<=>(const ChunkRef&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Record {
  RecordType type = RecordType::kWriteSet;
  uint32_t flags = 0;
  NodeId source;
  RequestNo request;
  Seqno last_seen = Seqno::Zero();   // everything up to it was committed at the origin before
  int64_t stamp_us = 0;              // the origin's wall clock, microseconds since 1970
  uint64_t trx = 0;                  // the origin's transaction number
  uint64_t connection = 0;           // the origin's connection number
  std::vector<Key> keys;             // in order of appending; a key occurs once
  std::vector<ChunkRef> chunks;      // only with kFlagChunked
  std::vector<ChunkRef> key_chunks;  // only with kFlagKeysChunked; a log Reader has filled `keys`
  uint64_t payload_hash = 0;         // Hash64(whole payload, 0); kept when the payload is elsewhere
  ByteView payload;                  // empty when chunked; points into `backing` or to the caller's
  // Keeps the batch alive that `payload` points into: records of one batch share it, and appliers
  // finish in any order.
  std::shared_ptr<const Bytes> backing;
};

// A record where it was found.
struct LogEntry {
  Position position;
  Position next;                     // where reading goes on
  Seqno seqno = Seqno::Undefined();  // undefined for auxiliary records
  int64_t time_us = 0;               // running maximum of stamps: "as of T" cuts here
  Record record;
};

}  // namespace borealis
