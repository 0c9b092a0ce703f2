// Pipeline: delivered records on their way to being complete; commit order and apply order.
//
// Deliver() puts records in, in order. Local transactions pass Enter/Leave/Finish from their client
// threads; what comes from elsewhere is taken by applier threads from NextWork(), in order, as soon
// as what it depends on is finished. An idle applier is lent out as the log's tail watcher, so that
// a remote record reaches an applier with one wake-up.
//
// Memory: items wait here when the appliers are behind. Past kPayloadBytesMax their payloads are
// dropped (the log still has them). The number of items is bounded by who delivers: past
// read_ahead_items_max nobody is asked to watch the tail, and local clients are held back before
// they append (backlog()).
//
// Thread-safe. One mutex guards everything; no call is made out while it is held. Lock order: it is
// the innermost of this room.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "replication/apply_item.h"
#include "replication/order_tracker.h"

namespace borealis::replication {

class Pipeline {
 public:
  static constexpr size_t kPayloadBytesMax = 64u << 20;

  explicit Pipeline(Seqno start, size_t read_ahead_items_max = SIZE_MAX)
      : read_ahead_items_max_(read_ahead_items_max), tracker_(start) {}

  // --- Delivery, one thread at a time ---------------------------------------------------------
  void DeliverOwn(Seqno seqno) EXCLUDES(mutex_);
  void DeliverSkip(Seqno seqno) EXCLUDES(mutex_);
  void DeliverItem(std::unique_ptr<ApplyItem> item) EXCLUDES(mutex_);

  // --- Commit order ---------------------------------------------------------------------------
  enum class Turn { kEntered, kAborted, kNotInTime };
  // Waits until every record before `seqno` left. kAborted as soon as *aborted is true, unless the
  // turn has come (then the caller decides). Changes nothing: only Leave() does.
  Turn Enter(Seqno seqno, const std::atomic<bool>* aborted) EXCLUDES(mutex_);
  // The same for an applier. kNotInTime: after `patience_ns` it is still waiting for a record that
  // is free to go, and that may itself wait for a lock which this one holds.
  Turn EnterWithin(Seqno seqno, int64_t patience_ns) EXCLUDES(mutex_);
  void WakeEnter(Seqno seqno) EXCLUDES(mutex_);  // after setting the flag
  void Leave(Seqno seqno) EXCLUDES(mutex_);
  // Instead of Enter, Leave and Finish: nobody will take its turn.
  void Skip(Seqno seqno) EXCLUDES(mutex_);
  void Finish(Seqno seqno) EXCLUDES(mutex_);
  // Waits until everything up to `seqno` finished. False when `deadline_ns` (monotonic;
  // 0 = never) came first.
  bool WaitFinished(Seqno seqno, int64_t deadline_ns, const Clock& clock) EXCLUDES(mutex_);

  // --- Hold -----------------------------------------------------------------------------------
  // Nothing after `seqno` enters commit order until ReleaseHold() or `ticks` calls of TickHold();
  // so that once `seqno` is finished the server's data is exactly that of `seqno`. Replaces an
  // earlier hold. False, and no hold: `seqno` left already, so its successor may have entered.
  bool HoldAfter(Seqno seqno, int ticks) EXCLUDES(mutex_);
  void ReleaseHold() EXCLUDES(mutex_);
  bool TickHold() EXCLUDES(mutex_);     // true: it ran out just now
  Seqno hold() const EXCLUDES(mutex_);  // undefined: none

  // --- Appliers -------------------------------------------------------------------------------
  enum class Work { kItem, kTail, kSynced, kClosed, kExit };
  struct Next {
    Work work = Work::kExit;
    std::unique_ptr<ApplyItem> item;
  };
  Next NextWork() EXCLUDES(mutex_);
  // False: there is work, or an item that waits for its dependency and nobody else to take it; the
  // tail watcher must not go to sleep. To be asked after it fixed the position it will watch.
  bool TailMayWait() const EXCLUDES(mutex_);
  void ReturnTail() EXCLUDES(mutex_);
  // The next idle applier reports kSynced.
  void AnnounceSynced() EXCLUDES(mutex_);
  // No more deliveries; once everything is finished one applier gets kClosed, the others kExit.
  void Close() EXCLUDES(mutex_);
  // The tail watcher is not wanted (paused), and again.
  void HoldTail(bool hold) EXCLUDES(mutex_);
  // Nothing after `seqno` is applied or enters commit order, until Open().
  void CloseAfter(Seqno seqno) EXCLUDES(mutex_);
  void Open() EXCLUDES(mutex_);

  struct Snapshot {
    Seqno delivered, left, finished;
    size_t queued_items = 0;  // waiting for an applier
    size_t queued_bytes = 0;  // payload bytes kept for them
    size_t queued_items_max = 0;
    int enter_waiters = 0;  // threads that wait for their turn in commit order
  };
  Snapshot Read() const EXCLUDES(mutex_);
  Seqno left() const EXCLUDES(mutex_);
  Seqno finished() const EXCLUDES(mutex_);
  // Items waiting for an applier.
  size_t backlog() const EXCLUDES(mutex_);

 private:
  static constexpr Seqno kOpen{INT64_MAX};
  static constexpr size_t kTurnSlots = 64;  // waiters of different turns rarely share a slot
  CondVar& TurnOf(Seqno seqno) { return turn_[static_cast<size_t>(seqno.value) % kTurnSlots]; }
  bool HeadReady() const REQUIRES(mutex_);
  bool Held(Seqno seqno) const REQUIRES(mutex_) { return hold_.IsDefined() && seqno > hold_; }
  void EndHold() REQUIRES(mutex_);
  bool MayEnter(Seqno seqno) const REQUIRES(mutex_) {
    return tracker_.MayEnter(seqno) && !Held(seqno) && seqno <= open_to_;
  }
  // Waits for a sign that it may be the turn of `seqno`. False: none within `timeout_ns`.
  bool AwaitTurn(Seqno seqno, int64_t timeout_ns) REQUIRES(mutex_);
  // With an item waiting for its dependency somebody has to stay here to be told.
  bool OthersWatchQueue() const REQUIRES(mutex_) { return queue_.empty() || idle_ > 0; }
  bool TailWanted() const REQUIRES(mutex_) {
    return !tail_held_ && !closing_ && OthersWatchQueue() && queue_.size() < read_ahead_items_max_;
  }
  void AfterProgress() REQUIRES(mutex_);

  const size_t read_ahead_items_max_;
  mutable Mutex mutex_;
  OrderTracker tracker_ GUARDED_BY(mutex_);
  std::deque<std::unique_ptr<ApplyItem>> queue_ GUARDED_BY(mutex_);
  size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  size_t queued_items_max_ GUARDED_BY(mutex_) = 0;
  int idle_ GUARDED_BY(mutex_) = 0;
  bool tail_lent_ GUARDED_BY(mutex_) = false;
  bool tail_held_ GUARDED_BY(mutex_) = false;
  Seqno open_to_ GUARDED_BY(mutex_) = kOpen;
  bool synced_pending_ GUARDED_BY(mutex_) = false;
  bool closing_ GUARDED_BY(mutex_) = false;
  bool closed_given_ GUARDED_BY(mutex_) = false;
  int finish_waiters_ GUARDED_BY(mutex_) = 0;
  Seqno hold_ GUARDED_BY(mutex_) = Seqno::Undefined();
  int hold_ticks_ GUARDED_BY(mutex_) = 0;
  int enter_waiters_ GUARDED_BY(mutex_) = 0;
  std::array<CondVar, kTurnSlots> turn_;
  CondVar work_;      // appliers
  CondVar finished_;  // WaitFinished
};

}  // namespace borealis::replication
