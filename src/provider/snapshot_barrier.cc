#include "provider/snapshot_barrier.h"

#include <unistd.h>

#include "base/log.h"
#include "base/timed_lock.h"
#include "provider/server_symbol.h"

namespace borealis::provider {
namespace {

// The server's type begins with the pthread mutex; instrumentation follows.
constexpr char kLockSymbol[] = "LOCK_commit_ordered";
constexpr char kBinaryLogSymbol[] = "opt_bin_log";  // a bool

}  // namespace

SnapshotBarrier::SnapshotBarrier() : lock_(ServerSymbol<pthread_mutex_t>(kLockSymbol)) {
  const auto* binary_log = ServerSymbol<const bool>(kBinaryLogSymbol);
  binary_log_ = binary_log != nullptr && *binary_log;
}

SnapshotBarrier::Found SnapshotBarrier::found() const {
  if (lock_ == nullptr) return Found::kNothing;
  return binary_log_ ? Found::kBinaryLog : Found::kServerLock;
}

// The C library notes the owner of every kind of mutex that the server may have chosen. Only the
// owner itself can find its own number there.
bool SnapshotBarrier::IsMine() const {
  static thread_local const pid_t self = gettid();
  return __atomic_load_n(&lock_->__data.__owner, __ATOMIC_RELAXED) == self;
}

void SnapshotBarrier::Pass() {
  if (!enabled_.load(std::memory_order_relaxed) || found() != Found::kServerLock) return;
  if (pthread_mutex_trylock(lock_) != 0) {
    if (IsMine()) return;
    constexpr int64_t kWaitNsMax = kWaitMsMax * 1'000'000;
    if (LockWithin(*lock_, kWaitNsMax) != 0) {
      if (timeouts_.fetch_add(1) == 0) {
        LogWarning(
            "the server's lock of ordered commits was not free for {} ms: a consistent "
            "snapshot begun now may lack a transaction and show its successor",
            kWaitMsMax);
      }
      return;
    }
  }
  pthread_mutex_unlock(lock_);
}

}  // namespace borealis::provider
