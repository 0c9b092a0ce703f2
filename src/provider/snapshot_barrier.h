// SnapshotBarrier: a read view that is being made notices either all of a commit's predecessors or
// does not notice the commit.
//
// InnoDB makes a read view by walking over the set of active transactions while others leave it.
// A walk that passed n while it was active, and reaches n + 1 after both have left, yields a view
// that has n + 1 without n. `START TRANSACTION WITH CONSISTENT SNAPSHOT` walks with the server's
// lock of ordered commits held. So whoever takes and releases that lock once after n became
// visible, and before n + 1 may, has waited for every such walk that can have seen n active.
// Plain reads make their views without the lock: for them nothing outside of the server can wait.
// (docs/decisions/0010-visibility.md)
//
// The lock is a symbol that the server exports, found at run time. It is held for no longer than
// taking it needs, so no order among locks arises. With the server's binary log on, its group
// commit holds the same lock while transactions become visible, and the barrier has nothing to do.
// So does its two-phase commit without one (a transaction with a savepoint rolled back in a
// trigger takes it): who passes with the lock in his own hands passes at once.
//
// Thread-safe.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace borealis::provider {

class SnapshotBarrier {
 public:
  enum class Found { kServerLock, kBinaryLog, kNothing };

  // For the server that this process is.
  SnapshotBarrier();
  // Over a lock of the caller's, which outlives it; null: none.
  explicit SnapshotBarrier(pthread_mutex_t* lock) : lock_(lock) {}

  Found found() const;
  // Consistent snapshots are prefixes of the log: there is a lock, and nobody switched this off.
  bool on() const { return enabled_.load(std::memory_order_relaxed) && found() != Found::kNothing; }
  void Enable(bool enabled) { enabled_ = enabled; }

  // Call after a commit became visible and before the next may. Never waits longer than kWaitMsMax,
  // which only a server that hangs reaches; that is counted.
  void Pass();
  int64_t timeouts() const { return timeouts_.load(); }

 private:
  static constexpr int64_t kWaitMsMax = 1000;

  bool IsMine() const;

  pthread_mutex_t* lock_;
  bool binary_log_ = false;
  std::atomic<bool> enabled_{true};
  std::atomic<int64_t> timeouts_{0};
};

}  // namespace borealis::provider
