// HeldSources: whose records this node is asked to see later (replica_faults.h). An applier asks
// before it applies a record; as commits become visible in one order everywhere, what comes after a
// record that is held back waits with it.
//
// Thread-safe. Chance comes from the seed; real time passes in waiting.
#pragma once

#include <atomic>
#include <map>
#include <random>

#include "base/clock.h"
#include "base/mutex.h"
#include "model/ids.h"

namespace borealis::faults {

struct HeldSource {
  double percent = 0;
  int64_t until_us = 0;  // wall clock
  bool operator==(const HeldSource&) const = default;
};

class HeldSources {
 public:
  static constexpr int64_t kRetryNs = 100'000'000;  // between two attempts to see a record

  HeldSources(const Clock& clock, uint64_t seed) : clock_(clock), random_(seed) {}

  // Replaces what is held.
  void Update(std::map<NodeId, HeldSource> held) EXCLUDES(mutex_);
  // From now on nothing is held any more, whatever Update says: the server wants to leave.
  void End() EXCLUDES(mutex_);
  // And again.
  void Begin() EXCLUDES(mutex_);
  // Returns when a record of `source` may be seen.
  void Await(const NodeId& source) EXCLUDES(mutex_);
  uint64_t held() const { return attempts_; }  // attempts that failed, since the start

 private:
  bool Strikes(const NodeId& source) REQUIRES(mutex_);

  const Clock& clock_;
  std::atomic<bool> any_{false};  // held_ has something
  std::atomic<uint64_t> attempts_{0};
  Mutex mutex_;
  std::map<NodeId, HeldSource> held_ GUARDED_BY(mutex_);
  bool ended_ GUARDED_BY(mutex_) = false;
  std::mt19937_64 random_ GUARDED_BY(mutex_);
  CondVar changed_;
};

}  // namespace borealis::faults
