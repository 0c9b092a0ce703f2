// Snapshots of a volume: publish, list, verify, sweep. Restoring is restore.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "encryption/key_ring.h"
#include "snapshot/manifest.h"
#include "snapshot/tree.h"
#include "storage/backend.h"

namespace borealis::snapshot {

struct PublishOptions {
  int compression_level = 1;  // zstd
  PathFilter skip;            // in addition to SkippedInSnapshots
  // Of an encrypted volume, else null: data and certification state are sealed.
  encryption::KeyRing* keys = nullptr;
  // May be empty. Called with the bytes of the archive packed so far; what is not Ok ends it.
  std::function<Status(uint64_t bytes)> progress;
  // May be empty. Called once, when all data is in the volume and nothing of it visible yet; what
  // is not Ok ends it.
  std::function<Status()> before_visible;
};

// What no snapshot carries: the cache state, checkpoints, temporary tablespaces, pid files,
// sockets' leftovers.
bool SkippedInSnapshots(const std::string& path);

// Packs the unchanging tree `datadir` and publishes it under manifest.seqno; the fields about the
// stream and the content are filled in here. Returns the manifest as published. kAlreadyExists when
// that snapshot exists. After a failure no snapshot exists; after a crash at most a data blob
// without a manifest is left, which the next attempt or SweepSnapshots removes. One publisher at a
// time per volume.
Result<Manifest> PublishSnapshot(storage::Backend& backend, const std::string& datadir,
                                 Manifest manifest, const PublishOptions& options);

// Seqnos of the snapshots that exist, rising.
Result<std::vector<Seqno>> ListSnapshots(storage::Backend& backend);

// kNotFound; kCorruption, also when the manifest is that of another seqno.
Result<Manifest> ReadManifest(storage::Backend& backend, Seqno seqno);

// Reads all of it and checks every hash. kCorruption says what is wrong. `keys` null: of an
// encrypted one no more than the hash of what lies in the volume.
Status VerifySnapshot(storage::Backend& backend, Seqno seqno, encryption::KeyRing* keys);

// Removes the manifest, then the data. Ok when it does not exist.
Status DeleteSnapshot(storage::Backend& backend, Seqno seqno);

// Removes data without manifest and unfinished blobs; returns how many. Not while one publishes.
Result<size_t> SweepSnapshots(storage::Backend& backend);

}  // namespace borealis::snapshot
