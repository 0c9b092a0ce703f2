// Mutex, MutexLock, CondVar: std primitives with Clang's thread-safety annotations.
// Fields are declared under the mutex that guards them: `int n GUARDED_BY(mutex_);`
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define BOREALIS_TSA(x) __attribute__((x))
#else
#define BOREALIS_TSA(x)
#endif
#define GUARDED_BY(x) BOREALIS_TSA(guarded_by(x))
#define PT_GUARDED_BY(x) BOREALIS_TSA(pt_guarded_by(x))
#define REQUIRES(...) BOREALIS_TSA(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) BOREALIS_TSA(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) BOREALIS_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) BOREALIS_TSA(release_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) BOREALIS_TSA(try_acquire_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS BOREALIS_TSA(no_thread_safety_analysis)

namespace borealis {

class BOREALIS_TSA(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }
  bool TryLock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class BOREALIS_TSA(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  // Both: REQUIRES(mutex); spurious wake-ups happen, so callers loop on their predicate.
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  // False when `timeout_ns` passed without a notification.
  bool WaitFor(Mutex& mutex, int64_t timeout_ns) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool notified =
        cv_.wait_for(lock, std::chrono::nanoseconds(timeout_ns)) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace borealis
