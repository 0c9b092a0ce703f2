// The certification state that a snapshot carries, in the clear.
#pragma once

#include "base/status.h"
#include "encryption/key_ring.h"
#include "snapshot/checkpoint.h"
#include "storage/backend.h"

namespace borealis::snapshot {

// `keys`: of an encrypted volume, else null. Its certifier is empty where the snapshot's is: the
// state before the first record. kNotFound; kCorruption: damaged, or of another volume.
Result<Checkpoint> ReadSnapshotState(storage::Backend& backend, Seqno seqno, const Uuid& volume,
                                     encryption::KeyRing* keys);

}  // namespace borealis::snapshot
