// FaultyVolume: a medium in memory that loses, tears, delays and lies; FaultyBackend (beside it):
// one process attached to it. With no faults planned it keeps the whole contract and passes the
// conformance suite.
//
// For a simulator of N nodes, in one thread:
//
//   std::mt19937_64 engine(seed);
//   auto volume = FaultyVolume::Create({.single_threaded = true}, [&] { return engine(); });
//   node[i].backend = *volume->TryAttach();              // each node is a process; kUnavailable
//   while
//                                                        // another one recovers: try again later
//   volume->plan().SetRate(Call::kAppend, Fault::kHeldBack, 0.01);      // by probability
//   volume->plan().Script(Call::kSwap, Fault::kReplyLost, process, 3);  // or by script
//   each step: let one node do one thing, then perhaps one of
//     node[i].backend->CrashProcess();                   // then destroy the node, and attach anew
//     volume->CrashAll();  volume->PowerLoss();          // then destroy and attach all
//     volume->LandPending();  volume->DropPending();     // messages that were under way
//     volume->SetByteBudget(volume->BytesUsed());        // the device is full; nullopt: it is not
//     volume->FlipBit(...);  volume->Truncate(...);      // what was durable is damaged
//   A fault may kill the process in the middle of a call: ask backend->alive() after each step.
//   A paused node is one that the simulator does not call. Nothing here waits: WaitForData without
//   data is kTimeout at once.
//
// How bytes survive:
//   - a crash of processes (CrashProcess, CrashAll, the Crash faults) loses nothing that reached
//   the
//     medium: unsynced bytes of the dead become durable with the next sync of anyone, or are cut;
//   - a power loss keeps what was synced, and of the rest each sector of 512 bytes or not (Tear);
//     what is not kept reads as the medium did before, or the medium ends there;
//   - an append held back lands when its turn comes, unless its segment was sealed, failed, was
//     deleted or, with positioned appends, its place was taken: then it never lands. It survives
//     the death of its process and CrashAll, not PowerLoss.
// After a moment without any process the ends of unsealed segments are unknown (positioned traits
// only), and those of sealed ones too at the rate of (Call::kRestart, Fault::kSealLost).
//
// With floating traits a store that commits by itself is modelled: kCrashMidWrite holds the append
// back, kCrashBeforeSync commits it, kSyncFails loses it, and a power loss tears nothing.
//
// Thread-safe; repeatable with one thread only. Lock order: mutex, the medium's mutex, the plan's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "storage/faulty/faults.h"
#include "storage/memory/memory_volume.h"

namespace borealis::storage {

struct FaultyOptions {
  Traits traits = kPositionedTraits;
  std::string name = "faulty://test";
  // WaitForData without data is kTimeout at once.
  bool single_threaded = false;
  // New segments start as this many zero bytes, or as the leftovers of deleted segments.
  uint64_t prewritten_bytes = 0;
  bool recycle_segments = false;
};

// Which unsynced sectors survive a power loss.
enum class Tear { kRandom, kLoseAll, kKeepAll, kPrefix, kHoles };

class FaultyBackend;

class FaultyVolume : public std::enable_shared_from_this<FaultyVolume> {
 public:
  static std::shared_ptr<FaultyVolume> Create(FaultyOptions options, RandomSource random);
  FaultyVolume(FaultyOptions options, RandomSource random);  // use Create

  // As MemoryVolume's.
  std::unique_ptr<FaultyBackend> Attach();
  Result<std::unique_ptr<FaultyBackend>> TryAttach();

  FaultPlan& plan() { return plan_; }
  const FaultyOptions& options() const { return options_; }

  // --- Deaths -----------------------------------------------------------------------------------
  void CrashAll() EXCLUDES(mutex_);
  void PowerLoss(Tear tear = Tear::kRandom) EXCLUDES(mutex_);

  // --- Appends held back ------------------------------------------------------------------------
  size_t PendingCount() const EXCLUDES(mutex_);
  // Oldest first; returns how many landed. The others never will.
  size_t LandPending() EXCLUDES(mutex_);
  void DropPending() EXCLUDES(mutex_);
  // Before each call of any process every pending append lands, or vanishes, with these
  // probabilities; both 0 at first.
  void SetPendingRates(double lands, double vanishes) EXCLUDES(mutex_);

  // --- Space ------------------------------------------------------------------------------------
  // What would grow the medium past it is kNoSpace. nullopt: no limit.
  void SetByteBudget(std::optional<uint64_t> bytes) EXCLUDES(mutex_);
  // Of segments' media, registers' values and blobs.
  uint64_t BytesUsed() const;

  // --- For checkers -----------------------------------------------------------------------------
  // Bytes below it survive a power loss, whatever any process believes. UINT64_MAX: there is no
  // such segment (any more).
  uint64_t SyncedEnd(SegmentId segment) const;

  // --- Damage; false: there is no such byte
  // -------------------------------------------------------
  bool FlipBit(SegmentId segment, uint64_t offset, unsigned bit);
  bool Truncate(SegmentId segment, uint64_t size);
  bool FlipBlobBit(std::string_view name, uint64_t offset, unsigned bit);
  bool TruncateBlob(std::string_view name, uint64_t size);

 private:
  friend class FaultyBackend;
  friend class FaultyBlobWriter;

  struct Pending {
    SegmentRef segment;
    uint64_t incarnation;
    uint64_t offset;  // where it was encoded for
    Bytes bytes;
  };

  void StepPendingLocked() REQUIRES(mutex_);
  bool LandLocked(const Pending& pending) REQUIRES(mutex_);
  // kNoSpace when `growth` bytes on top of `used` do not fit.
  Status CheckSpaceLocked(uint64_t used, uint64_t growth) const REQUIRES(mutex_);
  Bytes BaseForSegmentLocked() REQUIRES(mutex_);
  void TearSegment(Segment& segment, Tear tear);

  const FaultyOptions options_;
  FaultPlan plan_;
  const std::shared_ptr<MemoryVolume> medium_;  // shared with every process's MemoryBackend

  mutable Mutex mutex_;
  std::vector<Pending> pending_ GUARDED_BY(mutex_);
  double pending_lands_ GUARDED_BY(mutex_) = 0;
  double pending_vanishes_ GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> byte_budget_ GUARDED_BY(mutex_);
  std::vector<Bytes> leftovers_
      GUARDED_BY(mutex_);  // media of deleted segments, at most kLeftoversMax
  static constexpr size_t kLeftoversMax = 4;
};

}  // namespace borealis::storage
