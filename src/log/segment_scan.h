// ScanSegment: what the raw bytes of a segment are, for recovery and inspection. Pure, and
// ReadMedium, which gets them.
//
// The scan walks valid batches from the start. Where they end, what follows is one of:
//
//   clean     nothing but zeros, or no bytes at all;
//   torn      bytes that were never acknowledged: nothing says that they were durable;
//   corrupt   bytes that were durable and are not valid.
//
// Bytes were durable if they lie below `durable_floor` (the chain's final size, or what a living
// backend knows) or below the watermark of ANY batch header that is valid further on. Headers have
// a checksum of their own, seeded with their offset, so on positioned backends they are searched at
// every sector up to the end of the medium; a header counts even if its body is torn, because its
// watermark was true when it was written. On floating backends appends are atomic and reads return
// committed bytes, so everything below the durable end must be valid.
//
// A batch whose checksums are right but which does not decode is never torn: it was written so.
//
// A medium that was filled beforehand and is shorter than that was cut off: nothing can say what it
// held, so that is damage wherever the cut lies.
#pragma once

#include <functional>
#include <string>

#include "log/batch.h"
#include "log/segment_count.h"

namespace borealis::log {

enum class SegmentTail { kClean, kTorn, kCorrupt };

struct SegmentScan {
  SegmentCount count;      // of the valid batches
  uint64_t valid_end = 0;  // where they end
  SegmentTail tail = SegmentTail::kClean;
  Code code = Code::kCorruption;  // kUnsupported when newer software wrote what stopped the scan
  std::string reason;             // kTorn, kCorrupt: what is wrong at valid_end
  uint64_t durable_end = 0;       // kCorrupt: highest end that is known to have been durable
};

// Called for each valid batch; may be empty.
using BatchVisitor = std::function<void(uint64_t offset, const BatchHeader&, ByteView body)>;

// The whole segment as the medium holds it, whatever size this process would make it.
Result<Bytes> ReadMedium(storage::Backend& backend, const storage::SegmentRef& segment);

// Not empty when an open segment's medium of `bytes` holds fewer than it was made with.
std::string CutOffReason(const ChainEntry& entry, const storage::SegmentState& state,
                         uint64_t bytes);

// The same where others may have sealed the segment since `before`, which cuts its medium.
Result<std::string> CutOffSince(storage::Backend& backend, const ChainEntry& entry,
                                const storage::SegmentState& before, uint64_t bytes);

// `bytes`: the whole segment as the medium holds it. `entry`: its place in the chain.
SegmentScan ScanSegment(ByteView bytes, const BatchSeeds& seeds, const ChainEntry& entry,
                        uint64_t durable_floor, const BatchVisitor& visit);

}  // namespace borealis::log
