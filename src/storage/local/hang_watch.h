// HangWatch: decides that the holder of a shared lock hangs, and ends it.
//
// A waiter looks once per tick (its own ticks: a waiter that was frozen itself has counted one, not
// thousands). Progress, a new holder or a free lock starts the count anew. When the count is full,
// the holder is killed and its death awaited on a pidfd; then the robust mutex hands over. A
// process is named by pid and start time, and both, as well as its hold of the lock, are verified
// after the pidfd was opened and before the signal is sent: a reused pid is never hit.
//
// A holder in this very process is never killed: its siblings wait, and other processes judge it.
#pragma once

#include <cstdint>
#include <string>

#include "storage/local/attach_lock.h"
#include "storage/local/local_options.h"
#include "storage/local/shared_state.h"

namespace borealis::storage::local {

class HangWatch {
 public:
  // All outlive it. `what` names the volume for log lines.
  HangWatch(SharedState& state, const AttachLock& attach, const LocalOptions& options,
            std::string what);

  // What one waiter has seen so far.
  struct Observation {
    uint32_t tid = 0;
    uint32_t progress = 0;
    int looks = 0;
  };

  // Called by a waiter after each tick without the lock. Blocks while a killed holder dies.
  void Look(const SharedMutex& mutex, const char* section, Observation& seen);

  // What has become of a thread that an attached object left its mark with.
  enum class Fate { kRunning, kWaitingForDisk, kStopped, kGone, kOurs };
  Fate FateOf(int slot, uint32_t tid) const;

  int64_t tick_ns() const { return tick_ns_; }
  const LocalOptions& options() const { return options_; }
  const std::string& what() const { return what_; }
  int own_slot() const { return attach_.slot(); }

 private:
  struct Process {
    uint64_t pid = 0;
    uint64_t start_time = 0;
  };
  // The attached process that a thread belongs to; pid 0 when none does.
  Process OwnerOf(uint32_t tid) const;
  void Kill(const SharedMutex& mutex, const char* section, const Observation& seen,
            const Process& owner);

  SharedState& state_;
  const AttachLock& attach_;
  const LocalOptions& options_;
  const std::string what_;
  const int64_t tick_ns_;
};

// Holds a SharedMutex for a scope. Waits under the eye of a HangWatch.
class WatchedLock {
 public:
  // `section` names what is locked, for log lines. `outer`: a lock that the caller holds meanwhile
  // and that must not look hung because of this wait.
  WatchedLock(SharedMutex& mutex, HangWatch& watch, const char* section,
              WatchedLock* outer = nullptr);
  ~WatchedLock();
  WatchedLock(const WatchedLock&) = delete;
  WatchedLock& operator=(const WatchedLock&) = delete;

  // True when the previous holder died with the lock: what it guards may be half changed. Stays
  // pending for the next holder when this one dies too.
  bool previous_holder_died() const { return previous_holder_died_; }
  // Tells the waiters that the holder lives; call between long steps.
  void Progress() { mutex_.progress.fetch_add(1, std::memory_order_relaxed); }

 private:
  int Acquire(HangWatch& watch, const char* section, WatchedLock* outer);
  SharedMutex& mutex_;
  bool previous_holder_died_ = false;
};

}  // namespace borealis::storage::local
