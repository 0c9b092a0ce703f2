// World: what all nodes of a simulation share. Owned by Cluster; outlives the nodes.
#pragma once

#include <memory>

#include "base/clock.h"
#include "sim/config.h"
#include "sim/oracle.h"
#include "sim/random.h"
#include "sim/stats.h"
#include "sim/trace.h"

namespace borealis::sim {

// What a new or a much too old cache starts from, and what the log may be trimmed up to.
struct Snapshot {
  Seqno seqno = Seqno::Zero();
  Database state;
  Bytes certifier;  // empty: that of the beginning
  Position position;
  int64_t time_us = 0;
};

// A node's own clock: as fast as everyone's, and wrong by a constant.
class SkewedClock : public Clock {
 public:
  SkewedClock(const Clock& clock, int64_t skew_us) : clock_(clock), skew_us_(skew_us) {}
  int64_t MonotonicNs() const override { return clock_.MonotonicNs(); }
  int64_t WallUs() const override { return clock_.WallUs() + skew_us_; }

 private:
  const Clock& clock_;
  const int64_t skew_us_;
};

struct World {
  World(uint64_t seed, bool print) : random(seed), trace(print), oracle(stats, trace) {}

  Random random;
  Config config;
  Stats stats;
  Trace trace;
  Oracle oracle;
  ManualClock clock;
  std::shared_ptr<storage::FaultyVolume> volume;  // shared with every process's backend
  Snapshot snapshot;
  uint64_t last_trx = 0;
  // Everything is to come to rest: no new transactions but what proves that a node is alive.
  bool healing = false;
};

}  // namespace borealis::sim
