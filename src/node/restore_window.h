// What a volume can be restored to, and which seqno is meant. Looks at a volume, changes nothing.
#pragma once

#include <optional>

#include "base/status.h"
#include "log/as_of.h"
#include "storage/backend.h"

namespace borealis::node {

// Every seqno from the oldest usable snapshot's to the newest record's.
struct RestoreWindow {
  log::Moment oldest;
  Position log_from;  // what a restore may need of the log
  log::Moment newest;
  std::string ToString() const;  // "seqno 3 (2026-...Z) to seqno 90 (2026-...Z)"
};

// kNotFound: there is no usable snapshot.
Result<RestoreWindow> ReadRestoreWindow(storage::Backend& volume);

// Where to: at most one of them; none: the newest record.
struct RestorePoint {
  std::optional<Seqno> seqno;
  std::optional<int64_t> time_us;  // the longest prefix that is not later
};

// kInvalidArgument: outside the window, and what that is. A time after the newest record is its
// seqno, but not one after `now_us`: more may be written that is not later.
Result<log::Moment> ResolveRestorePoint(storage::Backend& volume, const RestorePoint& point,
                                        const RestoreWindow& window, int64_t now_us);

}  // namespace borealis::node
