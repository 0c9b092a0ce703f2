// UnansweredCommits: which connections have a commit that may be in the log and whose client has no
// answer yet. A crash that was asked for must not fall between the two: a client that loses its
// answer tries again, and its row is there twice.
//
//   Begin ... (append, certify, commit, answer) ... Answered         per connection, one at a time
//   CloseAndWait: from now on nobody gets past Begin; waits until nobody is left between the two
//
// Answers are told by another library, which may not be there: nothing is kept before the first one
// was told. A commit of no client (an event of the server) gets none; it is forgotten after a
// while.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>

#include "base/clock.h"
#include "base/mutex.h"

namespace borealis::faults {

class UnansweredCommits {
 public:
  static constexpr int64_t kWaitNsMax = 500'000'000;       // of a crash, for answers
  static constexpr int64_t kForgottenNs = 10'000'000'000;  // an older commit has no client
  static constexpr size_t kSweepAt = 1024;                 // forget at this size

  explicit UnansweredCommits(const Clock& clock) : clock_(clock) {}

  // Before a commit of `connection` goes to the log. Does not return once closed, unless *aborted
  // (Wake() after setting it): then false, and nothing may be appended.
  bool Begin(uint64_t connection, const std::atomic<bool>* aborted) EXCLUDES(mutex_);
  void Wake() EXCLUDES(mutex_);
  // Any command of the connection was answered. Cheap when nobody commits.
  void Answered(uint64_t connection) EXCLUDES(mutex_);
  // True: all but those of `connection` are answered. False: the time was over first. Real time
  // passes in waiting; the clock tells how much.
  bool CloseAndWait(uint64_t connection, int64_t timeout_ns) EXCLUDES(mutex_);

  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  bool AnyBut(uint64_t connection) const REQUIRES(mutex_);
  void Sweep() REQUIRES(mutex_);

  const Clock& clock_;
  std::atomic<bool> told_{false};
  std::atomic<size_t> size_{0};  // of begun_
  Mutex mutex_;
  std::map<uint64_t, int64_t> begun_ GUARDED_BY(mutex_);  // connection -> when, monotonic
  size_t sweep_at_ GUARDED_BY(mutex_) = kSweepAt;
  std::atomic<bool> closed_{false};  // changed under mutex_
  CondVar changed_;
};

}  // namespace borealis::faults
