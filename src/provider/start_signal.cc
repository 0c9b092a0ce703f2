#include "provider/start_signal.h"

#include <ctime>

#include "provider/server_symbol.h"

namespace borealis::provider {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kNsPerS = 1'000'000'000;

}  // namespace

// The server's types begin with those of pthreads; instrumentation follows.
StartSignal::StartSignal()
    : lock_(ServerSymbol<pthread_mutex_t>("LOCK_server_started")),
      condition_(ServerSymbol<pthread_cond_t>("COND_server_started")),
      started_(ServerSymbol<const bool>("mysqld_server_started")) {}

bool StartSignal::Await(int64_t timeout_ms) const {
  if (lock_ == nullptr || condition_ == nullptr || started_ == nullptr) return false;
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  const int64_t ns = until.tv_nsec + timeout_ms * kNsPerMs;
  until.tv_sec += ns / kNsPerS;
  until.tv_nsec = ns % kNsPerS;
  pthread_mutex_lock(lock_);
  int waited = 0;
  while (!*started_ && waited == 0) waited = pthread_cond_timedwait(condition_, lock_, &until);
  const bool started = *started_;
  pthread_mutex_unlock(lock_);
  return started;
}

}  // namespace borealis::provider
