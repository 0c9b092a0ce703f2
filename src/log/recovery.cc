#include "log/recovery.h"

#include <algorithm>

#include "base/log.h"
#include "log/batch_stream.h"
#include "log/seeded_bugs.h"
#include "log/segment_scan.h"

namespace borealis::log {
namespace {

// Where the segment's valid bytes end; corruption if durable ones are lost.
Result<uint64_t> FindCut(const SegmentChain& chain, const ChainEntry& open,
                         const storage::SegmentState& state) {
  storage::Backend& backend = chain.backend();
  ASSIGN_OR_RETURN(const Bytes bytes, ReadMedium(backend, open.segment));
  uint64_t watermark = 0;
  const SegmentScan scan = ScanSegment(bytes, chain.SeedsOf(open.segment), open, state.durable_end,
                                       [&](uint64_t, const BatchHeader& header, ByteView) {
                                         watermark = std::max(watermark, header.durable_watermark);
                                       });
  if (scan.tail == SegmentTail::kCorrupt) {
    return FailureAt(scan.code, backend, open.segment.id, scan.valid_end, scan.reason);
  }
  const std::string cut_off = CutOffReason(open, state, bytes.size());
  if (!cut_off.empty()) {
    return FailureAt(Code::kCorruption, backend, open.segment.id, bytes.size(), cut_off);
  }
  if (scan.tail == SegmentTail::kTorn) {
    LogWarning("{}: segment {}: cut the torn tail at offset {} ({}); it was never acknowledged",
               backend.Describe(), open.segment.id, scan.valid_end, scan.reason);
  }
  return Seeded(SeededBug::kCutAtWatermark) ? watermark : scan.valid_end;
}

Status SealAtCut(const SegmentChain& chain, const ChainEntry& open) {
  storage::Backend& backend = chain.backend();
  const Result<storage::SegmentState> state = backend.State(open.segment);
  if (!state.ok()) {
    const Code code = state.status().code();
    if (code != Code::kNotFound && code != Code::kFenced) return state.status();
    return {Code::kCorruption,
            fmt::format("the open segment {} that the chain names is missing: {}", open.segment.id,
                        state.status().ToString())};
  }
  if (!backend.traits().tail_may_tear) return ToStatus(backend.Seal(open.segment));
  ASSIGN_OR_RETURN(const uint64_t cut, FindCut(chain, open, *state));
  return ToStatus(backend.Seal(open.segment, &cut));
}

}  // namespace

Status RecoverOpenSegment(SegmentChain& chain) {
  const ChainEntry open = chain.Open();
  if (Seeded(SeededBug::kRecoverWithoutSeal)) return {};
  RETURN_IF_ERROR(SealAtCut(chain, open));
  ASSIGN_OR_RETURN(const std::vector<SegmentId> listed, chain.backend().ListSegments());
  for (const SegmentId id : listed) {
    if (FindEntry(*chain.Current(), id) == nullptr) {
      RETURN_IF_ERROR(chain.backend().DeleteSegment(id));
    }
  }
  return chain.Roll(open.segment);
}

}  // namespace borealis::log
