// Restore: a new volume from an old one's snapshots and log, with exactly the content that the old
// one had at a seqno. Also the way to clone a volume: to its newest seqno.
//
//   the newest snapshot <= N, and the log up to N, in a replica (replica.h) of the old volume
//   -> its data becomes a new history (new_history.h)
//   -> snapshot 0 of a volume with an empty log, made visible as a whole (restore_target.h)
//
// The old volume may serve meanwhile. If it does not, its log is recovered as by the first server
// that starts; nothing else of it is written. While it serves, a hint in it keeps its log from
// being trimmed away from under the restore. Adapter.
#pragma once

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/uuid.h"
#include "node/progress.h"
#include "node/restore_window.h"
#include "node/server_command.h"

namespace borealis::node {

struct RestoreRequest {
  ServerConfig nodes;  // what the servers are run with; its volume is the old one
  std::string target;  // absolute directory, as restore_target.h wants it
  Seqno until;         // in the window
  Position log_from;   // RestoreWindow::log_from
  // The new volume is encrypted, under data keys of its own, as the old one is, or if this is set.
  bool encrypt = false;
};

// The uuid of the new volume, which is visible and durable then. kAborted: cancelled. After a
// failure nothing is visible. REQUIRES: the caller holds the lock of RestoringLayout(target), and
// has cleared the target.
Result<Uuid> RestoreVolume(const RestoreRequest& request, const Clock& clock,
                           const Progress& progress, const std::atomic<bool>& cancel);

}  // namespace borealis::node
