#include "replication/submit_queue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"

namespace borealis::replication {

using storage::AppendOutcome;

SubmitQueue::SubmitQueue(log::Log& log, const Clock& clock, std::function<Status()> read_log,
                         CommitFigures& figures)
    : log_(log), clock_(clock), read_log_(std::move(read_log)), figures_(figures) {}

SubmitResult SubmitQueue::Submit(Record& record, bool wants_verdict) {
  Submission self;
  self.record = &record;
  self.ordered = IsOrdered(record.type);
  self.wants_verdict = self.ordered && wants_verdict;
  self.queued_ns = clock_.MonotonicNs();
  bool lead = false;
  {
    MutexLock lock(mutex_);
    if (!closed_.ok()) return {closed_, Seqno::Undefined(), {}};
    queue_.push_back(&self);
    lead = !leader_;
    leader_ = true;
  }
  while (true) {
    if (lead) Lead();
    {
      MutexLock lock(mutex_);
      // Settled, but in a leader's hands: its End() wakes us. (A thread that was slow to get here
      // may find its record read by others before its append returned.)
      if (self.settled && !self.pinned) return std::move(self.result);
    }
    self.wake->acquire();
    MutexLock lock(mutex_);
    lead = std::exchange(self.leads, false);
  }
}

void SubmitQueue::Lead() {
  const Batch batch = TakeBatch();
  if (batch.empty()) {
    Wakes wakes;
    MutexLock lock(mutex_);
    HandOver(wakes);
    return;
  }
  const bool verdicts = std::ranges::any_of(batch, &Submission::wants_verdict);
  bool leads = true;
  const log::AppendReport report = Append(batch, leads);
  Batch failed;
  Batch again;
  Status why = report.status;
  if (report.outcome == AppendOutcome::kNotAppended) {
    failed = batch;
  } else if (report.outcome == AppendOutcome::kUnknown) {
    figures_.unknown_appends.fetch_add(1);
    LogWarning("append with unknown outcome ({}); sealing the segment to find out",
               report.status.ToString());
    Batch missing;
    why = Resolve(batch, missing);
    (why.ok() ? again : failed) = std::move(missing);
  }
  End(batch, failed, why, again, leads);
  if (failed.size() == batch.size() || !verdicts) return;
  // Here a failure to read only means that nobody gets a verdict before the next one who reads.
  const Status read = read_log_();
  if (!read.ok() && read.code() != Code::kUnavailable) {
    LogError("reading the log after an append failed: {}", read.ToString());
  }
}

SubmitQueue::Batch SubmitQueue::TakeBatch() {
  Batch batch;
  size_t bytes = 0;
  const int64_t now_ns = clock_.MonotonicNs();
  MutexLock lock(mutex_);
  while (!queue_.empty() && batch.size() < kBatchRecordsMax) {
    Submission* next = queue_.front();
    bytes += next->record->payload.size();
    if (!batch.empty() && bytes > kBatchBytesMax) break;
    queue_.pop_front();
    batch.push_back(next);
    figures_.queue.Add(now_ns - next->queued_ns);
    next->pinned = true;
    next->record->request = RequestNo{++last_request_};
    if (next->ordered) {
      in_flight_.emplace(next->record->request.value, next);
    }
  }
  if (!batch.empty()) ++in_flight_appends_;
  return batch;
}

log::AppendReport SubmitQueue::Append(const Batch& batch, bool& leads) {
  std::vector<Record> records;
  records.reserve(batch.size());
  int64_t bytes = 0;
  for (Submission* s : batch) {
    bytes += static_cast<int64_t>(s->record->payload.size());
    records.push_back(std::move(*s->record));
  }
  log::AppendReport report = log_.Append(records, [&] { Placed(leads); });
  for (size_t i = 0; i < batch.size(); ++i) *batch[i]->record = std::move(records[i]);
  if (report.outcome == AppendOutcome::kOk) {
    figures_.batches.fetch_add(1, std::memory_order_relaxed);
    figures_.append.Add(report.write_ns);
    figures_.sync.Add(report.sync_ns);
    figures_.records.fetch_add(static_cast<int64_t>(batch.size()), std::memory_order_relaxed);
    figures_.bytes.fetch_add(bytes, std::memory_order_relaxed);
  }
  return report;
}

void SubmitQueue::Placed(bool& leads) {
  Wakes wakes;
  MutexLock lock(mutex_);
  leads = false;
  if (in_flight_appends_ < kAppendsInFlightMax) {
    HandOver(wakes);
  } else {
    parked_ = true;
  }
}

Status SubmitQueue::Resolve(const Batch& batch, Batch& missing) {
  for (int attempt = 0;; ++attempt) {
    Status status = log_.ResolveUnknown();
    if (status.ok()) status = read_log_();
    MutexLock lock(mutex_);
    missing = NotInLog(batch);
    if (status.ok()) return status;
    if (!closed_.ok()) {
      return {Code::kUnknown,
              "it is not known whether the commit is in the log: " + status.ToString()};
    }
    if (attempt % 100 == 0) {
      LogWarning("commits wait until the outcome of an append is known: {}", status.ToString());
    }
    closing_.WaitFor(mutex_, kResolveRetryNs);
  }
}

SubmitQueue::Batch SubmitQueue::NotInLog(const Batch& batch) const {
  Batch missing;
  for (Submission* s : batch) {
    // Auxiliary records are not looked for: a second copy of them is harmless.
    if (!s->ordered || in_flight_.contains(s->record->request.value)) missing.push_back(s);
  }
  return missing;
}

void SubmitQueue::Fail(Submission& submission, const Status& why) {
  submission.result.status = why;
  submission.settled = true;
}

void SubmitQueue::End(const Batch& batch, const Batch& failed, const Status& why,
                      const Batch& again, bool leads) {
  const int64_t now_ns = clock_.MonotonicNs();
  Wakes wakes;
  MutexLock lock(mutex_);
  for (Submission* s : failed) {
    figures_.append_failures.fetch_add(1);
    in_flight_.erase(s->record->request.value);
    Fail(*s, why);
  }
  for (Submission* s : batch) {
    s->pinned = false;
    s->in_flight_ns = now_ns;
  }
  for (auto s = again.rbegin(); s != again.rend(); ++s) {
    in_flight_.erase((*s)->record->request.value);
    if (++(*s)->unknown_appends > kUnknownRetriesMax) {
      figures_.append_failures.fetch_add(1);
      Fail(**s, {Code::kUnavailable, "the volume keeps losing appends"});
    } else {
      (*s)->queued_ns = now_ns;
      queue_.push_front(*s);
    }
  }
  const std::set<Submission*> queued(again.begin(), again.end());
  for (Submission* s : batch) {
    if (!s->settled && !s->wants_verdict && !queued.contains(s)) {
      // Its submitter goes; the record itself may still be on its way to us through the log.
      const auto found = in_flight_.find(s->record->request.value);
      if (found != in_flight_.end()) found->second = nullptr;
      s->settled = true;
    }
    if (s->settled) wakes.Add(s->wake);
  }
  --in_flight_appends_;
  if (leads || parked_ || (!leader_ && !queue_.empty())) {
    parked_ = false;
    leader_ = true;
    HandOver(wakes);
  } else if (!leader_ && in_flight_appends_ == 0) {
    idle_.NotifyAll();
  }
}

void SubmitQueue::FailQueued(Wakes& wakes) {
  for (Submission* s : queue_) {
    Fail(*s, closed_);
    if (!s->leads) wakes.Add(s->wake);  // else it was woken, and hands over before it leaves
  }
  queue_.clear();
}

// REQUIRES: the caller leads, or leadership was parked.
void SubmitQueue::HandOver(Wakes& wakes) {
  if (!closed_.ok()) FailQueued(wakes);
  if (queue_.empty()) {
    leader_ = false;
    if (in_flight_appends_ == 0) idle_.NotifyAll();
    return;
  }
  queue_.front()->leads = true;
  wakes.Add(queue_.front()->wake);
}

void SubmitQueue::Settle(RequestNo request, Seqno seqno, const certification::Outcome& outcome) {
  Wakes wakes;
  MutexLock lock(mutex_);
  const auto found = in_flight_.find(request.value);
  CHECK(found != in_flight_.end(), "seqno {} is an own record that nobody waits for: request {}",
        seqno, request);
  Submission* s = found->second;
  in_flight_.erase(found);
  if (s == nullptr) return;
  if (!s->pinned) figures_.certify.Add(clock_.MonotonicNs() - s->in_flight_ns);
  s->result.seqno = seqno;
  s->result.outcome = outcome;
  s->settled = true;
  if (!s->pinned) wakes.Add(s->wake);
}

void SubmitQueue::Close(const Status& why) {
  {
    Wakes wakes;
    MutexLock lock(mutex_);
    closed_ = why;
    closing_.NotifyAll();
    FailQueued(wakes);
  }
  MutexLock lock(mutex_);
  while (leader_ || in_flight_appends_ > 0) idle_.Wait(mutex_);
}

void SubmitQueue::Abandon(const Status& why) {
  Wakes wakes;
  MutexLock lock(mutex_);
  CHECK(!closed_.ok() && !leader_ && in_flight_appends_ == 0);
  for (const auto& [request, s] : in_flight_) {
    if (s == nullptr) continue;
    s->result.status = {Code::kUnknown, "its verdict can't be read: " + why.ToString()};
    s->settled = true;
    wakes.Add(s->wake);
  }
  in_flight_.clear();
}

size_t SubmitQueue::waiting() const {
  MutexLock lock(mutex_);
  const auto verdicts =
      std::ranges::count_if(in_flight_, [](const auto& entry) { return entry.second != nullptr; });
  return queue_.size() + static_cast<size_t>(verdicts);
}

}  // namespace borealis::replication
