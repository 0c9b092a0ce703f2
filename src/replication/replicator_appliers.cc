// Replicator: what appliers do, back-pressure on local clients, outcomes of isolated statements.
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
    const Status read = ReadLog();
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

Status Replicator::WaitForRoom(const std::atomic<bool>& aborted) {
  if (pipeline_->backlog() <= config_.backlog_items_max) return Status::Ok();
  const int64_t from_ns = clock_.MonotonicNs();
  MutexLock lock(room_mutex_);
  room_waiters_.fetch_add(1);
  while (pipeline_->backlog() > config_.backlog_items_max && !aborted.load()) {
    room_.Wait(room_mutex_);
  }
  room_waiters_.fetch_sub(1);
  figures_.throttled_ns.fetch_add(clock_.MonotonicNs() - from_ns);
  if (aborted.load()) return {Code::kAborted, "brute-force abort"};
  return Status::Ok();
}

void Replicator::WakeRoom() {
  MutexLock lock(room_mutex_);
  room_.NotifyAll();
}

void Replicator::NoteOutcome(const Record& record) {
  auto outcome = DecodeIsolatedOutcome(record.payload);
  if (!outcome.ok()) {
    LogWarning("ignoring an outcome record of {}: {}", record.source, outcome.status().ToString());
    return;
  }
  Status conflict;
  {
    MutexLock lock(outcome_mutex_);
    const auto [first, inserted] = outcomes_.emplace(outcome->seqno, outcome->error);
    if (inserted) conflict = CompareOutcome(outcome->seqno, first->second);
    while (outcomes_.size() > kOutcomesMax) outcomes_.erase(outcomes_.begin());
    outcome_known_.NotifyAll();
  }
  if (!conflict.ok()) events_.Stop(conflict);
}

// The log's outcome against what this node saw succeed.
Status Replicator::CompareOutcome(Seqno seqno, const std::string& error) {
  const auto succeeded = succeeded_.find(seqno);
  if (succeeded == succeeded_.end()) return Status::Ok();
  succeeded_.erase(succeeded);
  if (error.empty()) return Status::Ok();
  return {Code::kInternal,
          fmt::format("the statement at seqno {} failed at its origin ({}) and succeeded here",
                      seqno, error)};
}

Status Replicator::JudgeOutcome(Seqno seqno, const NodeId& origin, const std::string& own_error) {
  bool recorded = false;
  while (true) {
    {
      MutexLock lock(outcome_mutex_);
      const auto known = outcomes_.find(seqno);
      if (known != outcomes_.end()) {
        if (known->second == own_error) return Status::Ok();
        return {Code::kInternal,
                fmt::format("the statement at seqno {} ended with '{}' at its origin and with "
                            "'{}' here",
                            seqno, known->second, own_error)};
      }
      if (own_error.empty()) {  // compared when the record comes
        succeeded_.insert(seqno);
        while (succeeded_.size() > kOutcomesMax) succeeded_.erase(succeeded_.begin());
        return Status::Ok();
      }
      if (recorded) outcome_known_.WaitFor(outcome_mutex_, config_.tick_ms * 1'000'000);
    }
    RETURN_IF_ERROR(ReadLog());
    {
      MutexLock lock(read_mutex_);
      if (closed_) return {Code::kAborted, "the origin's outcome is not known at shutdown"};
    }
    if (!recorded && view().Find(origin) == nullptr) {
      RecordOutcome(seqno, own_error);
      recorded = true;
    } else if (!recorded) {
      MutexLock lock(outcome_mutex_);
      if (!outcomes_.contains(seqno)) {
        outcome_known_.WaitFor(outcome_mutex_, config_.tick_ms * 1'000'000);
      }
    }
  }
}

void Replicator::RecordOutcome(Seqno seqno, const std::string& error) {
  Record record;
  record.type = RecordType::kIsolatedOutcome;
  record.backing = std::make_shared<Bytes>(EncodeIsolatedOutcome({seqno, error}));
  record.payload = *record.backing;
  MutexLock lock(tick_mutex_);
  pending_.push_back(std::move(record));
  tick_now_ = true;
  tick_wake_.NotifyAll();
}

}  // namespace borealis::replication
