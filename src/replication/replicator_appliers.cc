// Replicator: what appliers do, back-pressure on local clients.
#include "base/log.h"
#include "replication/replicator.h"

namespace borealis::replication {

namespace {
constexpr int64_t kTailWaitNs = 1'000'000'000;
}  // namespace

Status Replicator::RunApplier(void* applier) {
  while (true) {
    Pipeline::Next next = pipeline_->NextWork();
    switch (next.work) {
      case Pipeline::Work::kExit:
        return Status::Ok();
      case Pipeline::Work::kClosed:
        events_.Closed(applier);
        return Status::Ok();
      case Pipeline::Work::kSynced:
        events_.Synced();
        break;
      case Pipeline::Work::kTail:
        WatchTail();
        break;
      case Pipeline::Work::kItem:
        if (ApplyOne(*next.item, applier)) return Status::Ok();
        break;
    }
  }
}

void Replicator::WatchTail() {
  Position from;
  {
    MutexLock lock(read_mutex_);
    from = reader_->position();
  }
  // What another thread read and delivered before `from` does not wake this wait.
  if (pipeline_->TailMayWait() && log_.WaitPast(from, kTailWaitNs).ok()) {
    const Status read = ReadLog(Reach::kReadAhead);
    if (!read.ok()) LogError("reading the log failed: {}", read.ToString());
  }
  pipeline_->ReturnTail();
}

// True when this applier thread shall end.
bool Replicator::ApplyOne(ApplyItem& item, void* applier) {
  const int64_t from_ns = clock_.MonotonicNs();
  bool exit = false;
  if (item.action == Action::kView) {
    const Status status = events_.ViewChanged(item, applier);
    if (!status.ok()) events_.Stop(status);
    pipeline_->Leave(item.seqno);
  } else {
    const Status status = events_.Apply(item, applier, &exit);
    if (!status.ok()) events_.Stop(status);
  }
  pipeline_->Finish(item.seqno);
  figures_.apply.Add(clock_.MonotonicNs() - from_ns);
  if (room_waiters_.load() > 0) WakeRoom();
  return exit;
}

// With part of the log unread nobody may append: the verdict would lie behind all of that.
bool Replicator::HasRoom() const {
  return !unread_ && pipeline_->backlog() <= config_.backlog_items_max;
}

Status Replicator::WaitForRoom(const std::atomic<bool>& aborted) {
  if (HasRoom()) return Status::Ok();
  const int64_t from_ns = clock_.MonotonicNs();
  MutexLock lock(room_mutex_);
  room_waiters_.fetch_add(1);
  while (!HasRoom() && !aborted.load() && !behind_ && !leaving_) room_.Wait(room_mutex_);
  room_waiters_.fetch_sub(1);
  figures_.throttled_ns.fetch_add(clock_.MonotonicNs() - from_ns);
  if (aborted.load()) return {Code::kAborted, "brute-force abort"};
  if (leaving_) return {Code::kAborted, "this server is leaving the cluster"};
  if (behind_ && !HasRoom()) {
    return {Code::kUnavailable,
            "this server is too far behind the log to take writes; it returns when it has caught "
            "up"};
  }
  return Status::Ok();
}

void Replicator::WakeRoom() {
  MutexLock lock(room_mutex_);
  room_.NotifyAll();
}

}  // namespace borealis::replication
