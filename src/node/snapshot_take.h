// Taking a snapshot: under the volume's lease, from a private replica (replica.h), published with a
// manifest; and what a taker that died left is swept. Adapter.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "base/clock.h"
#include "node/progress.h"
#include "node/server_command.h"
#include "snapshot/manifest.h"
#include "storage/backend.h"

namespace borealis::node {

inline constexpr char kSnapshotLease[] = "snapshot";

struct TakeRequest {
  ServerConfig nodes;  // what the nodes' servers are run with
  std::string data;    // directory of the nodes' files; the replica's is in it
};

// The snapshot as published; of the newest record when it began. Nothing: there is one of that
// seqno. kConflict: another takes one now. kUnavailable: no server is attached to the volume.
// REQUIRES: the caller holds the lock of the replica's directory.
Result<std::optional<snapshot::Manifest>> TakeSnapshot(const TakeRequest& request,
                                                       const Clock& clock, const Progress& progress,
                                                       const std::atomic<bool>& cancel);

// Deletes a snapshot, under the lease. kInvalidArgument: it is the last one that a node can start
// from: the log reaches back to no other. kNotFound.
Status DeleteSnapshotSafely(storage::Backend& volume, Seqno seqno, const Clock& clock);

}  // namespace borealis::node
