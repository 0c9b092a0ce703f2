// SegmentCount: what reading a segment from its first byte adds up to. Value type.
#pragma once

#include <algorithm>

#include "log/log.h"

namespace borealis::log {

struct SegmentCount {
  uint64_t offset = 0;          // all batches below it are counted
  Seqno seqno;                  // of the last ordered record
  int64_t time_us = 0;          // running maximum of stamps
  SegmentId oldest_chunk = {};  // oldest segment that a record counted here has chunks in
  bool ends_empty = false;      // the last batch is an idle marker
  bool operator==(const SegmentCount&) const = default;

  static SegmentCount Before(const ChainEntry& entry) {
    return {.offset = 0,
            .seqno = entry.before,
            .time_us = entry.time_before_us,
            .oldest_chunk = entry.segment.id,
            .ends_empty = false};
  }
  // Chunks carry their record's time stamp; they count for it no sooner than any other record.
  void Add(const Record& record) {
    if (IsOrdered(record.type)) seqno = seqno.Next();
    time_us = std::max(time_us, record.stamp_us);
    for (const ChunkRef& ref : record.chunks) AddRef(ref);
    for (const ChunkRef& ref : record.key_chunks) AddRef(ref);
  }
  void EndBatch(uint64_t end, uint32_t records) {
    offset = end;
    ends_empty = records == 0;
  }

 private:
  void AddRef(const ChunkRef& ref) { oldest_chunk = std::min(oldest_chunk, ref.position.segment); }
};

}  // namespace borealis::log
