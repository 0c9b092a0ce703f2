// LockWithin: pthread_mutex_lock with a bound on the wait.
#pragma once

#include <pthread.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#if BOREALIS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace borealis {

// What pthread_mutex_clocklock returns: 0, ETIMEDOUT, EOWNERDEAD, ...
inline int LockWithin(pthread_mutex_t& mutex, int64_t timeout_ns) {
  constexpr int64_t kNsPerS = 1'000'000'000;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t at = now.tv_sec * kNsPerS + now.tv_nsec + timeout_ns;
  const timespec deadline = {at / kNsPerS, at % kNsPerS};
#if BOREALIS_TSAN
  // ThreadSanitizer does not know this call.
  __tsan_mutex_pre_lock(&mutex, 0);
  const int rc = pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &deadline);
  __tsan_mutex_post_lock(&mutex, rc == ETIMEDOUT ? __tsan_mutex_try_lock_failed : 0, 0);
  return rc;
#else
  return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &deadline);
#endif
}

}  // namespace borealis
