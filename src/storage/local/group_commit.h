// GroupCommit: makes written bytes durable with as few syncs as possible, over all threads of all
// processes: whoever syncs, syncs for all.
//
// A thread whose bytes are written needs durable >= its end. It becomes the leader (one CAS on the
// shared leader word), or sleeps. The leader takes everything written so far as its target, syncs,
// moves `durable`, gives up the word, and wakes
//   1. one thread that wrote after the target was taken: the next leader,
//   2. the readers that wait for data,
//   3. all threads that its sync covered.
// So that nobody is woken for nothing, sleepers lie in two lanes: sync number n wakes all of lane
// n % 2; who is not covered by n lies in the other lane until n + 1 is done.
//
// The word elects; it is not a lock, and no invariant hangs on it. Two syncs at once are merely
// wasteful, `durable` moves by CAS to the larger value, and never once frozen. So a leader that
// died, or was stopped in the middle (SIGSTOP), is not waited for: after a tick a sleeper sees its
// fate and takes the word over. Nobody is killed for a sync.
//
// One thing does hang on who syncs: a failed write-back is reported once to each open file. If the
// leader that vanished had been told, the news is lost, unless the successor's descriptor was open
// before that sync began (then it is told too). Where it was not, the segment is poisoned (S6).
#pragma once

#include <cstdint>

#include "base/status.h"
#include "storage/local/hang_watch.h"
#include "storage/local/segment_table.h"
#include "storage/local/sync_points.h"

namespace borealis::storage::local {

// sync number (32 bits) | target known (1) | stolen (1) | slot + 1 (8) | thread id (22).
// Nobody leads: the lower half is 0, the upper half keeps the number of the last sync.
class LeaderWord {
 public:
  constexpr explicit LeaderWord(uint64_t word) : word_(word) {}
  static constexpr LeaderWord Make(uint32_t sync, int slot, uint32_t tid, bool stolen) {
    return LeaderWord((uint64_t{sync} << 32) | (stolen ? kStolen : 0) |
                      (static_cast<uint64_t>(slot + 1) << 22) | tid);
  }
  constexpr uint64_t word() const { return word_; }
  constexpr uint32_t sync() const { return static_cast<uint32_t>(word_ >> 32); }
  constexpr bool idle() const { return static_cast<uint32_t>(word_) == 0; }
  constexpr bool target_known() const { return (word_ & kTargetKnown) != 0; }
  constexpr bool stolen() const { return (word_ & kStolen) != 0; }
  constexpr int slot() const { return static_cast<int>((word_ >> 22) & 0xFF) - 1; }
  constexpr uint32_t tid() const { return static_cast<uint32_t>(word_ & 0x3FFFFF); }
  constexpr LeaderWord WithTarget() const { return LeaderWord(word_ | kTargetKnown); }
  constexpr LeaderWord Idle() const { return LeaderWord(word_ & ~uint64_t{0xFFFFFFFF}); }

 private:
  static constexpr uint64_t kTargetKnown = 1ull << 31;
  static constexpr uint64_t kStolen = 1ull << 30;
  uint64_t word_;
};

// Wakes the WaitForData calls of all processes that wait for `entry`.
void WakeReaders(SharedState& state, SharedSegment& entry);

class GroupCommit {
 public:
  // All outlive it.
  GroupCommit(SharedState& state, HangWatch& watch, const LocalOptions& options);

  // Returns when bytes [0, end) of the segment are durable: ok. kUnknown when they never will be as
  // far as this segment's readers go: it was poisoned or sealed below.
  // `held`: a lock that the caller holds meanwhile and that must not look hung because of this
  // wait. REQUIRES: written_end >= end.
  Status MakeDurable(SegmentHandle& handle, uint64_t end, WatchedLock* held = nullptr);

  // Fixes the end of a segment at `end` and wakes everyone. REQUIRES: the append mutex; `end` is
  // durable and all that was written, or the segment is poisoned at `end`.
  void Freeze(SegmentHandle& handle, uint64_t end);

 private:
  struct Patience {
    uint64_t word = 0;
    int looks = 0;
  };
  // True when the word was taken (over) and this thread leads.
  bool TryLead(SegmentHandle& handle, LeaderWord seen, bool steal, LeaderWord& mine);
  void Lead(SegmentHandle& handle, LeaderWord mine);
  // The sync's outcome, or the reason why it cannot be trusted.
  Status Sync(SegmentHandle& handle);
  // Fixes `durable` where it is (S6): no later sync counts.
  void Poison(SegmentHandle& handle, const Status& why);
  void Finish(SharedSegment& entry, LeaderWord mine);
  // Sleeps until the sync that covers `end` is done, at most `timeout_ns`. False after that.
  bool Sleep(SegmentHandle& handle, uint64_t end, LeaderWord seen, int64_t timeout_ns);
  bool ShouldSteal(LeaderWord seen, Patience& patience);

  SharedState& state_;
  HangWatch& watch_;
  const LocalOptions& options_;
  FileOps& ops_;
};

}  // namespace borealis::storage::local
