// IdleMarker: the background duties of a process on its log. See Log::WriteIdleMarker.
//
// An empty batch after the last one carries a watermark above it; from then on damage to the last
// batch is corruption and not a torn tail. One is written when a whole period passed without an
// append by anyone and the last batch is not a marker already, so processes that share a volume do
// not answer each other's markers. Where appends cannot tear none is needed.
//
// It also creates the next segment before it is needed.
//
// Thread-safe.
#pragma once

#include "base/mutex.h"
#include "log/batch_builder.h"
#include "log/segment_chain.h"

namespace borealis::log {

class IdleMarker {
 public:
  IdleMarker(SegmentChain& chain, const Options& options);

  Status Tick() EXCLUDES(mutex_);

 private:
  Status WriteMarker(const ChainEntry& open, uint64_t end) REQUIRES(mutex_);

  SegmentChain& chain_;
  const uint64_t prepare_at_bytes_;

  Mutex mutex_;
  BatchBuilder builder_ GUARDED_BY(mutex_);
  // The end that the last tick saw.
  storage::SegmentRef seen_segment_ GUARDED_BY(mutex_);
  uint64_t seen_end_ GUARDED_BY(mutex_) = 0;
};

}  // namespace borealis::log
