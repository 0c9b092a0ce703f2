#include "replication/pipeline.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace borealis::replication {
namespace {

constexpr int64_t kForever = INT64_MAX;

}  // namespace

void Pipeline::DeliverOwn(Seqno seqno) {
  MutexLock lock(mutex_);
  tracker_.Deliver(seqno, /*skip=*/false);
}

void Pipeline::DeliverSkip(Seqno seqno) {
  MutexLock lock(mutex_);
  tracker_.Deliver(seqno, /*skip=*/true);
  TurnOf(tracker_.left().Next()).NotifyAll();
  AfterProgress();
}

void Pipeline::DeliverItem(std::unique_ptr<ApplyItem> item) {
  MutexLock lock(mutex_);
  CHECK(!closing_ || !closed_given_);
  tracker_.Deliver(item->seqno, /*skip=*/false);
  if (queued_bytes_ + item->record.payload.size() > kPayloadBytesMax && !queue_.empty()) {
    item->record.payload = {};
    item->record.backing.reset();
  }
  queued_bytes_ += item->record.payload.size();
  queue_.push_back(std::move(item));
  queued_items_max_ = std::max(queued_items_max_, queue_.size());
  if (idle_ > 0 && HeadReady()) work_.NotifyOne();
}

Pipeline::Turn Pipeline::Enter(Seqno seqno, const std::atomic<bool>* aborted) {
  MutexLock lock(mutex_);
  while (!MayEnter(seqno)) {
    CHECK(seqno > tracker_.left(), "{} enters commit order after it left ({})", seqno,
          tracker_.left());
    if (aborted != nullptr && aborted->load()) return Turn::kAborted;
    AwaitTurn(seqno, kForever);
  }
  return Turn::kEntered;
}

Pipeline::Turn Pipeline::EnterWithin(Seqno seqno, int64_t patience_ns) {
  MutexLock lock(mutex_);
  while (!MayEnter(seqno)) {
    // Signs come for other turns, too (the slots are shared): rare enough to begin anew after them.
    if (AwaitTurn(seqno, patience_ns)) continue;
    const Seqno next = tracker_.left().Next();
    if (next < seqno && MayEnter(next)) return Turn::kNotInTime;
  }
  return Turn::kEntered;
}

bool Pipeline::AwaitTurn(Seqno seqno, int64_t timeout_ns) {
  ++enter_waiters_;
  bool told = true;
  if (timeout_ns == kForever) {
    TurnOf(seqno).Wait(mutex_);
  } else {
    told = TurnOf(seqno).WaitFor(mutex_, timeout_ns);
  }
  --enter_waiters_;
  return told;
}

void Pipeline::WakeEnter(Seqno seqno) {
  MutexLock lock(mutex_);
  TurnOf(seqno).NotifyAll();
}

void Pipeline::Leave(Seqno seqno) {
  MutexLock lock(mutex_);
  TurnOf(tracker_.Leave(seqno)).NotifyAll();
  AfterProgress();
}

void Pipeline::Skip(Seqno seqno) {
  MutexLock lock(mutex_);
  TurnOf(tracker_.Skip(seqno)).NotifyAll();
  AfterProgress();
}

void Pipeline::Finish(Seqno seqno) {
  MutexLock lock(mutex_);
  tracker_.Finish(seqno);
  AfterProgress();
}

bool Pipeline::WaitFinished(Seqno seqno, int64_t deadline_ns, const Clock& clock) {
  MutexLock lock(mutex_);
  ++finish_waiters_;
  bool in_time = true;
  while (tracker_.finished() < seqno && in_time) {
    if (deadline_ns == 0) {
      finished_.Wait(mutex_);
      continue;
    }
    const int64_t left_ns = deadline_ns - clock.MonotonicNs();
    in_time = left_ns > 0;
    if (in_time) finished_.WaitFor(mutex_, left_ns);
  }
  --finish_waiters_;
  return tracker_.finished() >= seqno;
}

bool Pipeline::HoldAfter(Seqno seqno, int ticks) {
  MutexLock lock(mutex_);
  CHECK(ticks > 0 && seqno.IsDefined());
  EndHold();
  if (tracker_.left() >= seqno) return false;
  hold_ = seqno;
  hold_ticks_ = ticks;
  return true;
}

void Pipeline::ReleaseHold() {
  MutexLock lock(mutex_);
  EndHold();
}

bool Pipeline::TickHold() {
  MutexLock lock(mutex_);
  if (!hold_.IsDefined() || --hold_ticks_ > 0) return false;
  EndHold();
  return true;
}

void Pipeline::EndHold() {
  hold_ = Seqno::Undefined();
  TurnOf(tracker_.left().Next()).NotifyAll();
}

Seqno Pipeline::hold() const {
  MutexLock lock(mutex_);
  return hold_;
}

Pipeline::Next Pipeline::NextWork() {
  MutexLock lock(mutex_);
  while (true) {
    if (std::exchange(synced_pending_, false)) return {Work::kSynced, nullptr};
    if (HeadReady()) {
      Next next{Work::kItem, std::move(queue_.front())};
      queue_.pop_front();
      queued_bytes_ -= next.item->record.payload.size();
      if (idle_ > 0 && HeadReady()) work_.NotifyOne();
      return next;
    }
    if (closing_ && queue_.empty() && tracker_.Drained()) {
      if (closed_given_) return {Work::kExit, nullptr};
      closed_given_ = true;
      work_.NotifyAll();
      return {Work::kClosed, nullptr};
    }
    if (!tail_lent_ && TailWanted()) {
      tail_lent_ = true;
      return {Work::kTail, nullptr};
    }
    ++idle_;
    work_.Wait(mutex_);
    --idle_;
  }
}

bool Pipeline::TailMayWait() const {
  MutexLock lock(mutex_);
  return !HeadReady() && TailWanted() && !synced_pending_;
}

void Pipeline::ReturnTail() {
  MutexLock lock(mutex_);
  CHECK(tail_lent_);
  tail_lent_ = false;
  if (idle_ > 0) work_.NotifyOne();
}

void Pipeline::HoldTail(bool hold) {
  MutexLock lock(mutex_);
  tail_held_ = hold;
  work_.NotifyOne();
}

void Pipeline::CloseAfter(Seqno seqno) {
  MutexLock lock(mutex_);
  open_to_ = seqno;
}

void Pipeline::Open() {
  MutexLock lock(mutex_);
  open_to_ = kOpen;
  TurnOf(tracker_.left().Next()).NotifyAll();
  if (idle_ > 0 && HeadReady()) work_.NotifyOne();
}

void Pipeline::AnnounceSynced() {
  MutexLock lock(mutex_);
  synced_pending_ = true;
  work_.NotifyOne();
}

void Pipeline::Close() {
  MutexLock lock(mutex_);
  closing_ = true;
  work_.NotifyAll();
}

bool Pipeline::HeadReady() const {
  return !queue_.empty() && queue_.front()->seqno <= open_to_ &&
         tracker_.MayApply(queue_.front()->depends_on);
}

void Pipeline::AfterProgress() {
  if (finish_waiters_ > 0) finished_.NotifyAll();
  if (idle_ == 0) return;
  if (closing_) {
    work_.NotifyAll();
  } else if (HeadReady()) {
    work_.NotifyOne();
  }
}

Pipeline::Snapshot Pipeline::Read() const {
  MutexLock lock(mutex_);
  return {tracker_.delivered(), tracker_.left(),   tracker_.finished(), queue_.size(),
          queued_bytes_,        queued_items_max_, enter_waiters_};
}

Seqno Pipeline::left() const {
  MutexLock lock(mutex_);
  return tracker_.left();
}

Seqno Pipeline::finished() const {
  MutexLock lock(mutex_);
  return tracker_.finished();
}

size_t Pipeline::backlog() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

}  // namespace borealis::replication
