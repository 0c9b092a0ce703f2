// AttachLock: who is attached to a volume, and who alone may recover it, kept as open-file-
// description locks on the file `lock`, which the kernel gives back when their owner dies.
//
//   byte 0        the gate: held exclusively while attaching, and by the first to attach until
//                 recovery is over
//   byte 64 + i   slot i of the attach table: held as long as that object is attached
//
// The file's content is empty; it is never replaced. One object per attached backend, several per
// process may exist. Thread-compatible, IsAlive is thread-safe.
#pragma once

#include <string>

#include "base/status.h"
#include "storage/local/file_ops.h"

namespace borealis::storage::local {

class AttachLock {
 public:
  static Result<AttachLock> Open(int volume_directory);

  // Blocks until the gate is ours; says so in the log when that takes long. `volume`: its path.
  Status LockGate(const std::string& volume, int volume_directory);
  void UnlockGate();

  // Whether any other object, in this process or another, holds a slot.
  Result<bool> AnyoneElseAttached() const;
  // Takes the first free slot. kUnavailable when all are taken. REQUIRES: the gate.
  Result<int> ClaimSlot();
  int slot() const { return slot_; }
  // Whether the holder of a slot lives.
  bool IsAlive(int slot) const;

  // For inspection from outside: whether anyone is attached, without attaching.
  static Result<bool> AnyoneAttached(int volume_directory);

 private:
  explicit AttachLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
  int slot_ = -1;
};

}  // namespace borealis::storage::local
