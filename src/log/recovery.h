// Recovery: the first process to attach after all others died seals the log at what is valid.
#pragma once

#include "log/segment_chain.h"

namespace borealis::log {

// Validates the open segment, seals it at the cut (which syncs what is kept), removes segments that
// no chain names, and rolls. Nothing is overwritten, so a crash in the middle leaves the work to
// the next one with the same result. Leaves EndRecovery() to the caller. kCorruption, kUnsupported:
// with the position; nothing was changed. kNoSpace: try again with room. REQUIRES:
// backend.NeedsRecovery(), so nobody else is attached.
Status RecoverOpenSegment(SegmentChain& chain);

}  // namespace borealis::log
