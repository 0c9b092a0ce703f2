#include "log/idle_marker.h"

#include "base/log.h"

namespace borealis::log {

IdleMarker::IdleMarker(SegmentChain& chain, const Options& options)
    : chain_(chain),
      prepare_at_bytes_(options.segment_bytes / 4 * 3),
      builder_(chain.backend().traits().positioned_appends, kSectorBytes, chain.cipher()) {}

Status IdleMarker::Tick() {
  MutexLock lock(mutex_);
  const ChainEntry open = chain_.Open();
  const Result<storage::SegmentState> state = chain_.backend().State(open.segment);
  if (!state.ok() || state->sealed) {
    // Others rolled since we looked; the next tick sees the new segment.
    return ToStatus(chain_.Refresh());
  }
  if (state->durable_end >= prepare_at_bytes_) {
    const Status prepared = chain_.Prepare(open.segment);
    if (!prepared.ok()) LogDebug("the next segment is not ready: {}", prepared.ToString());
  }
  if (!chain_.backend().traits().tail_may_tear) return {};
  const uint64_t end = state->durable_end;
  const bool quiet = open.segment == seen_segment_ && end == seen_end_ && end == state->written_end;
  seen_segment_ = open.segment;
  seen_end_ = end;
  if (!quiet || end == 0 || state->must_seal || !chain_.CheckHasKeys().ok()) return {};
  ASSIGN_OR_RETURN(const SegmentCount count, chain_.CountTo(open, end, false));
  if (count.ends_empty) return {};
  return WriteMarker(open, end);
}

Status IdleMarker::WriteMarker(const ChainEntry& open, uint64_t end) {
  builder_.Start();
  builder_.Finish();
  const BatchSeeds seeds = chain_.SeedsOf(open.segment);
  const storage::AppendResult result = chain_.backend().Append(
      open.segment,
      [this, &seeds, end](const storage::AppendPlace& place) REQUIRES(mutex_) -> ByteView {
        const bool moved = place.offset != storage::AppendPlace::kFloating && place.offset != end;
        if (moved || place.durable_end < end) return {};
        return builder_.Place(seeds, place);
      });
  switch (result.status.code()) {
    case Code::kOk:
    case Code::kConflict:  // someone appended meanwhile
    case Code::kSealed:
    case Code::kFenced:
      return {};
    default:
      return result.status;
  }
}

}  // namespace borealis::log
