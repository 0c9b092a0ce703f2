#include "storage/local/hang_watch.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/log.h"
#include "base/timed_lock.h"
#include "storage/local/process_identity.h"

namespace borealis::storage::local {
namespace {

// Tries before a waiter sleeps: the section is a few microseconds long, a sleep costs more.
constexpr int kSpins = 60;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Debian 12's <sys/pidfd.h> lacks extern "C".
UniqueFd PidfdOpen(uint64_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
}

}  // namespace

HangWatch::HangWatch(SharedState& state, const AttachLock& attach, const LocalOptions& options,
                     std::string what)
    : state_(state),
      attach_(attach),
      options_(options),
      what_(std::move(what)),
      tick_ns_(int64_t{options.tick_ms} * 1'000'000) {}

HangWatch::Process HangWatch::OwnerOf(uint32_t tid) const {
  for (int i = 0; i < kAttachSlotsMax; ++i) {
    const SharedSlot& slot = state_.slots[static_cast<size_t>(i)];
    const Process process{slot.pid.load(), slot.start_time.load()};
    if (process.pid == 0 || ThreadState(process.pid, tid) == '\0') continue;
    if (attach_.IsAlive(i) && ProcessStartTime(process.pid) == process.start_time) return process;
  }
  return {};
}

HangWatch::Fate HangWatch::FateOf(int slot_index, uint32_t tid) const {
  // A slot that was given to another process has none of the former's threads.
  const uint64_t pid = state_.slots[static_cast<size_t>(slot_index)].pid.load();
  if (!attach_.IsAlive(slot_index)) return Fate::kGone;
  const char thread = ThreadState(pid, tid);
  const bool gone = thread == '\0' || thread == 'Z' || thread == 'X';
  if (gone) return Fate::kGone;
  if (pid == static_cast<uint64_t>(::getpid())) return Fate::kOurs;
  if (thread == 'T' || thread == 't') return Fate::kStopped;
  return thread == 'D' ? Fate::kWaitingForDisk : Fate::kRunning;
}

void HangWatch::Look(const SharedMutex& mutex, const char* section, Observation& seen) {
  const uint32_t tid = mutex.OwnerTid();
  const uint32_t progress = mutex.progress.load(std::memory_order_relaxed);
  if (tid == 0 || tid != seen.tid || progress != seen.progress) {
    seen = {tid, progress, tid == 0 ? 0 : 1};
    return;
  }
  ++seen.looks;
  if (seen.looks < options_.hang_ticks) return;
  const Process owner = OwnerOf(tid);
  if (owner.pid == 0 || owner.pid == static_cast<uint64_t>(::getpid())) {
    if (seen.looks % options_.hang_ticks == 0) {
      LogWarning("{}: waiting for thread {} of {}, which holds the {} lock", what_, tid,
                 owner.pid == 0 ? "an unknown process" : "this process", section);
    }
    return;
  }
  if (ThreadState(owner.pid, tid) == 'D' && seen.looks < options_.hang_ticks_disk) {
    if (seen.looks % options_.hang_ticks == 0) {
      LogWarning("{}: process {} waits for the disk with the {} lock held", what_, owner.pid,
                 section);
    }
    return;
  }
  Kill(mutex, section, seen, owner);
  seen.looks = 0;
}

void HangWatch::Kill(const SharedMutex& mutex, const char* section, const Observation& seen,
                     const Process& owner) {
  const UniqueFd pidfd = PidfdOpen(owner.pid);
  if (!pidfd.ok()) return;  // gone: the mutex hands over
  const bool same_process =
      ProcessStartTime(owner.pid) == owner.start_time && ThreadState(owner.pid, seen.tid) != '\0';
  const bool still_holds = mutex.OwnerTid() == seen.tid &&
                           mutex.progress.load(std::memory_order_relaxed) == seen.progress;
  if (!same_process || !still_holds) return;
  LogError(
      "{}: process {} hangs with the {} lock held ({} looks of {} ms without progress): killed",
      what_, owner.pid, section, seen.looks, options_.tick_ms);
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) != 0 && errno != ESRCH) {
    LogError("{}: cannot kill process {} (error {}); kill it by hand", what_, owner.pid, errno);
    return;
  }
  pollfd dead{pidfd.get(), POLLIN, 0};
  while (::poll(&dead, 1, options_.tick_ms * options_.hang_ticks) == 0) {
    LogWarning("{}: process {} was killed and has not died yet", what_, owner.pid);
  }
}

WatchedLock::WatchedLock(SharedMutex& mutex, HangWatch& watch, const char* section,
                         WatchedLock* outer)
    : mutex_(mutex) {
  const int rc = Acquire(watch, section, outer);
  if (rc == EOWNERDEAD) {
    previous_holder_died_ = true;
    CHECK(pthread_mutex_consistent(&mutex_.native) == 0);
  } else {
    CHECK(rc == 0, "robust mutex: error {}", rc);
  }
  Progress();
}

int WatchedLock::Acquire(HangWatch& watch, const char* section, WatchedLock* outer) {
  int rc = pthread_mutex_trylock(&mutex_.native);
  for (int i = 0; rc == EBUSY && i < kSpins; ++i) {
    Pause();
    if (mutex_.OwnerTid() == 0) rc = pthread_mutex_trylock(&mutex_.native);
  }
  HangWatch::Observation seen;
  while (rc == EBUSY || rc == ETIMEDOUT) {
    rc = LockWithin(mutex_.native, watch.tick_ns());
    if (rc != ETIMEDOUT) continue;
    if (outer != nullptr) outer->Progress();
    watch.Look(mutex_, section, seen);
  }
  return rc;
}

WatchedLock::~WatchedLock() { CHECK(pthread_mutex_unlock(&mutex_.native) == 0); }

}  // namespace borealis::storage::local
