// Time and seqno: which prefix of the log is "as of T", and when a seqno was. A look at the chain
// and at one segment; attaches nothing and changes nothing.
//
// The time of a place in the log is the largest stamp up to it, so it never falls (the chain keeps
// it for the start of each segment). "As of T" is the longest prefix of ordered records whose time
// is at most T. While the log grows more may be added at its end that is stamped at most T, unless
// a record with a later stamp is in it or T is past for every writer's clock.
#pragma once

#include "log/log.h"

namespace borealis::log {

struct Moment {
  Seqno seqno;          // of an ordered record, or before the first
  int64_t time_us = 0;  // of that place; before the first record: when the volume was made
  bool operator==(const Moment&) const = default;
};

// The end of the log: durable, or on a volume at rest where recovery would cut.
// Errors of all three: kNotFound: no volume, or trimmed meanwhile; kCorruption names the segment.
Result<Moment> NewestMoment(storage::Backend& backend);

// Also kInvalidArgument: the seqno is after the end, or before all that is retained. The seqno
// before the oldest retained record is known, with the time at which its segment ended.
Result<Moment> MomentOf(storage::Backend& backend, Seqno seqno);

// Also kInvalidArgument: everything that is retained is later.
Result<Moment> AsOf(storage::Backend& backend, int64_t time_us);

}  // namespace borealis::log
