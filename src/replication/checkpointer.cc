#include "replication/checkpointer.h"

#include <utility>

#include "base/log.h"

namespace borealis::replication {

Checkpointer::Checkpointer(snapshot::CheckpointStore& store, const Clock& clock,
                           const Position& needed)
    : store_(store), clock_(clock), kept_({needed}), thread_([this] { Loop(); }) {}

void Checkpointer::Write(certification::Certifier certifier, const Position& next) {
  MutexLock lock(mutex_);
  CHECK(!stop_, "a checkpoint after the last one");
  job_.emplace(Job{std::move(certifier), next});
  wake_.NotifyOne();
}

void Checkpointer::Finish() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyOne();
  }
  if (thread_.joinable()) thread_.join();
}

std::optional<uint64_t> Checkpointer::TakeWritten() {
  MutexLock lock(mutex_);
  return std::exchange(written_, std::nullopt);
}

Position Checkpointer::needed() const {
  MutexLock lock(mutex_);
  return kept_.front();
}

void Checkpointer::Loop() {
  while (true) {
    std::optional<Job> job;
    {
      MutexLock lock(mutex_);
      while (!job_ && !stop_) wake_.Wait(mutex_);
      if (!job_) return;
      job.swap(job_);
    }
    Perform(std::move(*job));
  }
}

void Checkpointer::Perform(Job job) {
  const int64_t from_ns = clock_.MonotonicNs();
  snapshot::Checkpoint checkpoint;
  checkpoint.volume = store_.volume();
  checkpoint.seqno = job.certifier.seqno();
  checkpoint.position = job.next;
  checkpoint.certifier = job.certifier.Save();
  const uint64_t bytes = checkpoint.certifier.size();
  const Status status = store_.Put(checkpoint);
  if (!status.ok()) {
    LogWarning("no checkpoint at seqno {}, the next start takes longer: {}", checkpoint.seqno,
               status.ToString());
    return;
  }
  LogDebug("checkpoint at seqno {}: {} bytes in {} ms", checkpoint.seqno, bytes,
           (clock_.MonotonicNs() - from_ns) / 1'000'000);
  MutexLock lock(mutex_);
  written_ = bytes;
  kept_.push_back(job.next);
  if (kept_.size() > snapshot::kCheckpointsKept) kept_.pop_front();
}

}  // namespace borealis::replication
