#include "storage/local/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace borealis::storage::local {

FutexResult FutexWait(const std::atomic<uint32_t>& word, uint32_t expected, int64_t timeout_ns) {
  static_assert(sizeof(word) == 4 && std::atomic<uint32_t>::is_always_lock_free);
  timeout_ns = std::max<int64_t>(timeout_ns, 0);
  timespec timeout{};
  timeout.tv_sec = timeout_ns / 1'000'000'000;
  timeout.tv_nsec = timeout_ns % 1'000'000'000;
  const long rc = ::syscall(SYS_futex, reinterpret_cast<const uint32_t*>(&word), FUTEX_WAIT,
                            expected, &timeout);
  if (rc == 0 || errno == EINTR) return FutexResult::kWoken;
  return errno == ETIMEDOUT ? FutexResult::kTimeout : FutexResult::kChanged;
}

void FutexWake(const std::atomic<uint32_t>& word, int count) {
  ::syscall(SYS_futex, reinterpret_cast<const uint32_t*>(&word), FUTEX_WAKE, count);
}

}  // namespace borealis::storage::local
