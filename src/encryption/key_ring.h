// KeyRing: the data keys of one encrypted volume, opened, as one process holds them.
//
// It reads the register "keys" and unwraps what is in it. A key of an unknown number, which another
// process has begun since, is looked for there again, and the master key fetched again if that one
// has been rotated. Thread-safe; a key command may run under the lock.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "encryption/key_table.h"
#include "storage/backend.h"

namespace borealis::encryption {

struct DataKey {
  uint32_t number = 0;
  Secret key;
};

// kNotFound: the volume is not encrypted. kCorruption: damaged, or another volume's.
Result<KeyTable> ReadKeyTable(storage::Backend& backend, const Uuid& volume);

class KeyRing {
 public:
  // After a look that failed there is none for so long: what it said is said again.
  static constexpr int64_t kPauseNs = 5'000'000'000;

  // kInvalidArgument: no source is given, or the key is another: one line, what to do. Else as
  // FetchMasterKey and ReadKeyTable. Backend and clock outlive the ring.
  static Result<std::unique_ptr<KeyRing>> Open(storage::Backend& backend, const Uuid& volume,
                                               const KeySource& source, const Clock& clock);

  // What is written is encrypted under this.
  DataKey Newest() EXCLUDES(mutex_);
  // kNotFound: the volume has no such key. Else as Open.
  Result<Secret> Find(uint32_t number) EXCLUDES(mutex_);
  // Looks whether a newer key was begun.
  Status Refresh() EXCLUDES(mutex_);

 private:
  KeyRing(storage::Backend& backend, const Uuid& volume, KeySource source, const Clock& clock)
      : backend_(backend), volume_(volume), source_(std::move(source)), clock_(clock) {}
  Status Load() REQUIRES(mutex_);
  Status TryLoad() REQUIRES(mutex_);
  Status FetchFor(const KeyTable& table) REQUIRES(mutex_);

  storage::Backend& backend_;
  const Uuid volume_;
  const KeySource source_;
  const Clock& clock_;

  Mutex mutex_;
  Status failed_ GUARDED_BY(mutex_);  // of the last look
  int64_t failed_ns_ GUARDED_BY(mutex_) = 0;
  MasterKey master_ GUARDED_BY(mutex_);
  bool fetched_ GUARDED_BY(mutex_) = false;
  uint64_t version_ GUARDED_BY(mutex_) = 0;       // of the register, as loaded
  std::vector<DataKey> keys_ GUARDED_BY(mutex_);  // numbers rise; never empty once open
};

}  // namespace borealis::encryption
