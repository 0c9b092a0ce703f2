// DiskFaults: a disk that fails or is slow, as far as a user asked for it, for the records that
// this node's clients append. A failed attempt is made again, a slow one takes longer; nothing is
// lost.
//
// It acts where a transaction is about to hand its record over, not below that: what the node
// itself appends (its heartbeat's marks, outcomes, expulsions) goes on, so that a node whose disk
// is said to fail for an hour stays a member; and a transaction that must give way to another one
// is let go.
//
// Threads wait here; Wake(), a change or the end of the interval wakes them. Thread-safe. Chance
// comes from the seed, time from the clock (real time passes in waiting).
#pragma once

#include <atomic>
#include <cstdint>
#include <random>

#include "base/clock.h"
#include "base/mutex.h"

namespace borealis::faults {

class DiskFaults {
 public:
  static constexpr int64_t kRetryNs = 20'000'000;  // between two attempts

  DiskFaults(const Clock& clock, uint64_t seed) : clock_(clock), random_(seed) {}

  // Of every attempt to append, this share fails. 0 ends it. Replaces what was asked for before.
  void Fail(double percent, int64_t duration_ns) EXCLUDES(mutex_);
  // Of every record, this share takes longer by a time between min and max. REQUIRES: min <= max.
  void Congest(double percent, int64_t min_ns, int64_t max_ns, int64_t duration_ns)
      EXCLUDES(mutex_);
  // Ends both: the server wants to leave.
  void End() EXCLUDES(mutex_);

  // Returns when the append may be made. False: *aborted came first (Wake() after setting it).
  bool BeforeAppend(const std::atomic<bool>* aborted) EXCLUDES(mutex_);
  void Wake() EXCLUDES(mutex_);

  struct Figures {
    double failing_percent = 0;    // now
    double congested_percent = 0;  // now
    uint64_t failures = 0;         // attempts that failed, since the start
    uint64_t delays = 0;           // records that took longer
  };
  Figures figures() EXCLUDES(mutex_);

 private:
  struct Fault {
    double percent = 0;
    int64_t until_ns = 0;
    int64_t min_ns = 0;
    int64_t max_ns = 0;
  };
  bool Active(const Fault& fault) const { return clock_.MonotonicNs() < fault.until_ns; }
  void Set(Fault& fault, const Fault& wanted) REQUIRES(mutex_);
  bool Strikes(const Fault& fault) REQUIRES(mutex_);
  // Waits for `ns`, or less if the fault ends or changes meanwhile. False: aborted.
  bool Delay(const Fault& fault, int64_t ns, const std::atomic<bool>* aborted) REQUIRES(mutex_);

  const Clock& clock_;
  std::atomic<bool> any_{false};  // something was asked for and has not been seen to be over
  Mutex mutex_;
  std::mt19937_64 random_ GUARDED_BY(mutex_);
  Fault failing_ GUARDED_BY(mutex_);
  Fault congested_ GUARDED_BY(mutex_);
  uint64_t changes_ GUARDED_BY(mutex_) = 0;
  uint64_t failures_ GUARDED_BY(mutex_) = 0;
  uint64_t delays_ GUARDED_BY(mutex_) = 0;
  CondVar changed_;
};

}  // namespace borealis::faults
