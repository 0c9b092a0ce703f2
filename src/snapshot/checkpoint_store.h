// CheckpointStore: the checkpoints that a server keeps in its data directory, as files
// "borealis_checkpoint.<seqno, 20 digits>"; the newest kCheckpointsKept of them. They go into no
// snapshot and go away with the rest of a cache that is thrown away.
//
// Files are written atomically and not synced: a power failure may damage the newest ones, which
// their hashes show, and then an older one or the log itself serves. One writer; thread-compatible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "encryption/key_ring.h"
#include "snapshot/checkpoint.h"

namespace borealis::snapshot {

inline constexpr std::string_view kCheckpointPrefix = "borealis_checkpoint.";
// More than one: after a crash the engines may come back to less than the newest one.
inline constexpr size_t kCheckpointsKept = 3;

class CheckpointStore {
 public:
  // `keys`: of an encrypted volume, else null; they outlive the store. The caller sees states in
  // the clear, whatever lies in the files.
  CheckpointStore(std::string directory, Uuid volume, encryption::KeyRing* keys)
      : directory_(std::move(directory)), volume_(volume), keys_(keys) {}

  const Uuid& volume() const { return volume_; }

  // Writes it and removes those beyond the newest kCheckpointsKept, and what a crash left.
  // REQUIRES: it is of this volume.
  Status Put(const Checkpoint& checkpoint);

  // Ok when there is none.
  Status Remove(Seqno seqno);

  // Rising. Those of the names; what is in the files is not looked at.
  Result<std::vector<Seqno>> List() const;

  // kNotFound; kCorruption: damaged, or not what its name says; kInvalidArgument: of another
  // volume.
  Result<Checkpoint> Get(Seqno seqno) const;

 private:
  std::string PathOf(Seqno seqno) const;

  const std::string directory_;
  const Uuid volume_;
  encryption::KeyRing* const keys_;
};

}  // namespace borealis::snapshot
