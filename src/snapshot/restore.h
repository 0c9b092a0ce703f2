// Restore: makes a server's data directory (a cache of the log) from a snapshot.
#pragma once

#include <atomic>
#include <string>

#include "base/status.h"
#include "snapshot/cache_state.h"
#include "snapshot/manifest.h"
#include "storage/backend.h"

namespace borealis::snapshot {

// Unpacks snapshot `seqno` into "<datadir>.restoring", verifies every hash, adds the cache state
// (safe, at the snapshot's seqno, of that volume and node), syncs, and renames the directory into
// place. A directory left by an interrupted attempt is replaced. `datadir` itself is never
// overwritten: kAlreadyExists when it exists and is not an empty directory.
// `cancel` may be null; set, it ends the attempt with kAborted.
Result<Manifest> RestoreSnapshot(storage::Backend& backend, Seqno seqno, const std::string& datadir,
                                 const std::string& node_name, const std::atomic<bool>* cancel);

}  // namespace borealis::snapshot
