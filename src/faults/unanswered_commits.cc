#include "faults/unanswered_commits.h"

#include <algorithm>

namespace borealis::faults {

bool UnansweredCommits::Begin(uint64_t connection, const std::atomic<bool>* aborted) {
  if (!told_.load(std::memory_order_relaxed) && !closed_) return true;
  MutexLock lock(mutex_);
  while (closed_) {
    if (aborted != nullptr && *aborted) return false;
    changed_.Wait(mutex_);
  }
  if (begun_.size() >= sweep_at_) Sweep();
  begun_[connection] = clock_.MonotonicNs();
  size_ = begun_.size();
  return true;
}

void UnansweredCommits::Wake() {
  if (!closed_) return;
  MutexLock lock(mutex_);
  changed_.NotifyAll();
}

void UnansweredCommits::Answered(uint64_t connection) {
  if (!told_.load(std::memory_order_relaxed)) told_ = true;
  if (size() == 0) return;
  MutexLock lock(mutex_);
  if (begun_.erase(connection) == 0) return;
  size_ = begun_.size();
  if (closed_) changed_.NotifyAll();
}

bool UnansweredCommits::CloseAndWait(uint64_t connection, int64_t timeout_ns) {
  MutexLock lock(mutex_);
  closed_ = true;
  const int64_t deadline_ns = clock_.MonotonicNs() + timeout_ns;
  while (AnyBut(connection)) {
    const int64_t left_ns = deadline_ns - clock_.MonotonicNs();
    if (left_ns <= 0) return false;
    changed_.WaitFor(mutex_, left_ns);
  }
  return true;
}

bool UnansweredCommits::AnyBut(uint64_t connection) const {
  const int64_t oldest_ns = clock_.MonotonicNs() - kForgottenNs;
  return std::any_of(begun_.begin(), begun_.end(), [&](const auto& commit) {
    return commit.first != connection && commit.second > oldest_ns;
  });
}

void UnansweredCommits::Sweep() {
  const int64_t oldest_ns = clock_.MonotonicNs() - kForgottenNs;
  std::erase_if(begun_, [&](const auto& commit) { return commit.second <= oldest_ns; });
  sweep_at_ = std::max(kSweepAt, 2 * begun_.size());
}

}  // namespace borealis::faults
