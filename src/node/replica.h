// Replica: a server without clients and without a vote that applies the log up to one seqno, so
// that its data directory can become a snapshot. It serves nobody, so copying it stalls nobody.
//
//   usable directory? else restore the newest snapshot -> run the server with stop_at -> it stands
//   there and keeps a checkpoint of that seqno -> end it cleanly -> its engines say the same seqno
//
// The directory is kept and goes on from there the next time. What a taker that was killed left is
// swept by the next: a server that still runs is ended, a half-restored directory made anew.
// Adapter; one at a time for each directory (its lock).
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "node/progress.h"
#include "node/server_command.h"
#include "snapshot/checkpoint_store.h"

namespace borealis::node {

inline constexpr char kReplicaName[] = "snapshot-replica";
inline constexpr char kReplicaDirectory[] = ".replica";  // in --data; no node can have the name

// `nodes`: what the nodes' servers are run with: server, provider, plugin, volume, options.
// kInvalidArgument: the socket's path is too long.
Result<ServerConfig> ReplicaConfig(const ServerConfig& nodes, const NodeLayout& layout);
// The one that snapshots are made from: DATA/.replica.
inline Result<ServerConfig> ReplicaConfig(const ServerConfig& nodes, const std::string& data) {
  return ReplicaConfig(nodes, NodeLayout{AbsolutePath(data) + "/" + kReplicaDirectory});
}

// Provider option of a replica that may be the only server of its volume: it recovers the log then,
// as any first server does, and takes all members in it for dead.
inline constexpr char kMayBeAlone[] = "alone=1";

// Ends what runs on the directory though its starter died: the server, or one that recovers or
// prepares the data.
Status EndLeftoverReplica(const NodeLayout& layout);

// Runs the server on data at `start` until it stands at `until` and has kept a checkpoint of it in
// `store`, that of its data directory, and ends it. kAborted, kUnavailable, kTimeout.
Status RunReplica(const ServerConfig& config, const snapshot::CheckpointStore& store, Seqno start,
                  Seqno until, const Clock& clock, const Progress& progress,
                  const std::atomic<bool>& cancel);

// Brings the replica's directory to exactly `until` and returns its certification state there. The
// server has ended when it returns. REQUIRES: the caller holds the directory's lock.
// kAborted: cancelled. kInternal: the data came out different from what the log says, twice.
Result<snapshot::Checkpoint> CatchUp(const ServerConfig& config, Seqno until, const Clock& clock,
                                     const Progress& progress, const std::atomic<bool>& cancel);

}  // namespace borealis::node
