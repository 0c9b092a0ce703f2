// A data directory becomes the start of a new history: the same content, at seqno 0 of another
// volume. What it knows of the old one is removed:
//
//   mysql.wsrep_streaming_log       parts of transactions whose end is not in the new history: they
//                                   are rolled back, which is what they are without these rows
//   mysql.wsrep_cluster, _members   whom the old one consisted of
//   <datadir>/borealis_cache, borealis_checkpoint.N      of the old volume: replaced, removed
//   the position in the engines     (uuid, seqno): the server writes the new one when it is told of
//                                   the first view of a history that these tables do not know
//
// So a cache of one is refused by the other, by its state file and by its engines. Adapter.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/status.h"
#include "node/progress.h"
#include "node/server_command.h"

namespace borealis::node {

// `config`: a replica's, of the new volume (its directory and uuid), whose log is empty and which
// nobody else is attached to. Its data directory is at rest, of whatever history. Afterwards its
// engines say (new uuid, 0), which is checked. kAborted, kUnavailable, kTimeout, kInternal: the
// directory is of no use any more.
Status BeginHistory(const ServerConfig& config, const Clock& clock, const Progress& progress,
                    const std::atomic<bool>& cancel);

}  // namespace borealis::node
