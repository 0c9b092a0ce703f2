// InspectLog: walks the log of a volume without opening it for writing: for `borealis volume
// verify` and `borealis volume log`. Reads registers and segments and changes nothing.
//
// Every byte that the chain or a watermark vouches for is checked: batch headers and bodies,
// records, payload hashes, chunk references, seqno and time continuity between segments. The walk
// ends at the first corruption; what lies after it is not reported, because its place in the order
// is not certain.
//
// On a volume in use the end is the durable end at the time of the look. On one that no process is
// attached to it is where recovery would cut.
#pragma once

#include <functional>

#include "log/log.h"
#include "log/segment_scan.h"

namespace borealis::log {

struct InspectedBatch {
  SegmentId segment;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint32_t records = 0;
  uint64_t durable_watermark = 0;
};

// What is found, in order. Any of them may be empty.
struct InspectVisitor {
  std::function<void(const ChainEntry&)> segment;
  std::function<void(const InspectedBatch&)> batch;
  // Every record, chunks too. LogEntry::record.payload is inline bytes only.
  std::function<void(const LogEntry&)> record;
};

struct InspectReport {
  Identity identity;
  Chain chain;
  uint64_t segments = 0;
  uint64_t batches = 0;
  uint64_t idle_markers = 0;
  uint64_t records = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;  // of valid batches
  Seqno last;          // of the last valid ordered record
  Position end;        // past the last valid batch
  // Ok, or the first corruption with its position.
  Status damage;
  Position damaged_at;
  // The open segment ends in bytes that recovery will cut; they were never acknowledged.
  bool torn_tail = false;
  std::string torn_reason;
};

// kNotFound: no volume. kUnsupported: newer format. kCorruption only where identity or chain are
// damaged; otherwise damage is in the report.
// `keys`: of an encrypted volume. Without them its records are shown with what is clear
// (DecodeClearParts), and neither they nor payloads in chunks are checked beyond their batches'
// checksums.
Result<InspectReport> InspectLog(storage::Backend& backend, const InspectVisitor& visitor,
                                 encryption::KeyRing* keys = nullptr);

}  // namespace borealis::log
