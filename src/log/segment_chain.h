// SegmentChain: one process's knowledge of the chain, and the operations that change it: roll and
// trim. Shared by the appender and all readers of a Log.
//
// The cached chain may be old; that costs a kSealed, kFenced or kNotFound from the backend and then
// a Refresh(), never correctness. Every change is one swap of the register.
//
// Thread-safe. Locks: roll_mutex_ before mutex_; mutex_ is held for no I/O.
#pragma once

#include <memory>
#include <optional>

#include "base/mutex.h"
#include "log/batch.h"
#include "log/batch_cipher.h"
#include "log/chain.h"
#include "log/segment_count.h"

namespace borealis::log {

class SegmentChain {
 public:
  // `chain`: as just read. `keys`: as in log::Options.
  SegmentChain(storage::Backend& backend, const Identity& identity, Chain chain,
               encryption::KeyRing* keys);

  storage::Backend& backend() const { return backend_; }
  const Identity& identity() const { return identity_; }
  BatchSeeds SeedsOf(const storage::SegmentRef& segment) const;
  // Null: the volume is not encrypted, or there is no key.
  BatchCipher* cipher() { return cipher_ ? &*cipher_ : nullptr; }
  // kInvalidArgument: the volume is encrypted and there is no key.
  Status CheckHasKeys() const;

  // Shared: readers keep the version they look at while another thread refreshes.
  std::shared_ptr<const Chain> Current() const EXCLUDES(mutex_);
  ChainEntry Open() const EXCLUDES(mutex_);
  // Reads the register.
  Result<std::shared_ptr<const Chain>> Refresh() EXCLUDES(mutex_);

  // Makes a successor of `from` the open segment. Ok at once when the chain has moved on already.
  // kNoSpace: `from` may be sealed and the chain is as it was; a later call goes on from there.
  // kCorruption: `from` can't be counted. kUnavailable: the swap's outcome stayed unknown.
  Status Roll(const storage::SegmentRef& from) EXCLUDES(roll_mutex_, mutex_);
  // Creates the successor that Roll(from) will need, so that the roll itself is short.
  Status Prepare(const storage::SegmentRef& from) EXCLUDES(roll_mutex_, mutex_);
  // See Log::Trim.
  Result<uint64_t> Trim(const Position& keep) EXCLUDES(roll_mutex_, mutex_);
  // Deletes segments that no chain will ever name again.
  Status Sweep();

  // What a reader that began the segment at its start has counted; spares the roll a second
  // reading.
  void Note(const storage::SegmentRef& segment, const SegmentCount& count) EXCLUDES(mutex_);
  // Counts the segment up to `end`, which must be where a batch ends. kCorruption.
  Result<SegmentCount> CountTo(const ChainEntry& entry, uint64_t end, bool sealed) EXCLUDES(mutex_);

  // Returns when the chain changed from `version`, after `timeout_ns`, or on Interrupt().
  void WaitForChange(uint64_t version, int64_t timeout_ns) EXCLUDES(mutex_);
  void Interrupt() EXCLUDES(mutex_);
  void ClearInterrupt() EXCLUDES(mutex_);

 private:
  struct Counted {
    storage::SegmentRef segment;
    SegmentCount count;
  };
  static constexpr int kRollAttemptsMax = 16;
  static constexpr int kSwapAttemptsMax = 16;
  static constexpr int kSuccessorIdsMax = 16;

  void Adopt(Chain chain) EXCLUDES(mutex_);
  // kShared: the one that all who roll now make or find. kOwn: for a trim. That one is taken if it
  // is there; else one is made under an epoch of which no roll expects it, so that on a full disk
  // nobody can roll to it, and fill it, before the trim has made room.
  enum class Successor { kShared, kOwn };
  Result<storage::SegmentRef> MakeSuccessor(const ChainEntry& open, Successor kind)
      REQUIRES(roll_mutex_);
  bool IsUnused(const storage::SegmentRef& segment);
  // One attempt of a roll, dropping what lies before `keep`. Gives the dropped entries; kConflict
  // when the chain is not as assumed any more.
  Result<std::vector<ChainEntry>> TryRoll(const Chain& chain, SegmentId keep, Successor kind)
      REQUIRES(roll_mutex_);
  // kConflict; kUnavailable: may still happen.
  Status Swap(Chain chain) REQUIRES(roll_mutex_);
  Counted CountedSoFar(const ChainEntry& entry) const EXCLUDES(mutex_);

  storage::Backend& backend_;
  const Identity identity_;
  std::optional<BatchCipher> cipher_;

  Mutex roll_mutex_;
  // The successor that Prepare made, and for whom.
  storage::SegmentRef prepared_for_ GUARDED_BY(roll_mutex_);
  storage::SegmentRef prepared_ GUARDED_BY(roll_mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<const Chain> chain_ GUARDED_BY(mutex_);
  Counted counted_ GUARDED_BY(mutex_);  // of the newest segment anyone counted
  bool interrupted_ GUARDED_BY(mutex_) = false;
};

// What ChainEntry::medium_bytes of a segment just made is.
Result<uint64_t> MediumBytes(storage::Backend& backend, const storage::SegmentRef& segment);

// How many entries of `chain` lie before what `keep` needs: everything from its segment on, and the
// chunks named there. Never the last entry.
size_t CountDroppable(const Chain& chain, SegmentId keep);

}  // namespace borealis::log
