// Restore: makes a server's data directory (a cache of the log) from a snapshot.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "encryption/key_ring.h"
#include "snapshot/cache_state.h"
#include "snapshot/manifest.h"
#include "storage/backend.h"

namespace borealis::snapshot {

// Unpacks snapshot `seqno` into "<datadir>.restoring", verifies every hash, adds the cache state
// (safe, at the snapshot's seqno, of that volume and node, knowing `skips` entries of the list of
// skipped records: how many there were before the snapshot was chosen), syncs, and renames the
// directory into place. A directory left by an interrupted attempt is replaced. `datadir` itself is
// never overwritten: kAlreadyExists when it exists and is not an empty directory. `keys`: of an
// encrypted volume, else null. `cancel` may be null; set, it ends the attempt with kAborted.
Result<Manifest> RestoreSnapshot(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys,
                                 const std::string& datadir, const std::string& node_name,
                                 uint32_t skips, const std::atomic<bool>* cancel);

// Tries snapshots from the newest to the oldest until `restore` succeeds with one; the others are
// named in the log. Only those that the log reaches back to (`oldest`: every record above it can be
// read). Another failure than that of a snapshot (damaged, gone, of a newer format) ends it.
// Returns the seqno; when none can be used the failure of the newest.
Result<Seqno> RestoreNewestUsable(const std::vector<Seqno>& snapshots, Seqno oldest,
                                  const std::function<Status(Seqno)>& restore);

// Whether an entry of a data directory's top is the state of databases: every directory but hidden
// ones, and the engines' files. The rest (logs, binary logs, certificates) is the machine's own.
bool IsDatabaseState(const std::string& name, bool is_directory);

// Puts snapshot `seqno` in the place of the database state in `datadir`, which is a cache that
// can't be used and has no server's engines running on it. The directory itself stays, a server may
// be standing in it. Until all is there the cache is marked inconsistent: an attempt that was cut
// short is made again. `datadir` without a slash at its end; `skips` as above.
Result<Manifest> RestoreInPlace(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys,
                                const std::string& datadir, const std::string& node_name,
                                uint32_t skips);

}  // namespace borealis::snapshot
