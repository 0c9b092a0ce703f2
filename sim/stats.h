// Stats: what a simulation did; sums of several add up.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "storage/faulty/faults.h"

namespace borealis::sim {

struct Stats {
  int64_t steps = 0;
  int64_t commits = 0;          // acknowledged to a client
  int64_t commits_ordered = 0;  // in the log, acknowledged or not
  int64_t conflicts = 0;        // certification failures
  int64_t too_old = 0;
  int64_t ddl = 0;
  int64_t fragments = 0;
  int64_t streams = 0;         // committed
  int64_t streams_undone = 0;  // by a rollback record
  int64_t sql_errors = 0;      // snapshot conflicts, lock waits, foreign keys
  int64_t bf_aborts = 0;       // local transactions that an applier threw out
  int64_t replays = 0;
  int64_t refused = 0;     // commits that could not be appended
  int64_t repeats = 0;     // records that landed twice
  int64_t not_member = 0;  // records of expelled writers
  int64_t unknown_appends = 0;
  int64_t unknown_landed = 0;
  int64_t joins = 0;
  int64_t leaves = 0;
  int64_t expulsions = 0;
  int64_t crashes = 0;
  int64_t power_losses = 0;
  int64_t full_restarts = 0;
  int64_t freezes = 0;
  int64_t full_disks = 0;
  int64_t rebuilt_caches = 0;
  int64_t idle_markers = 0;
  int64_t trims = 0;
  std::array<uint64_t, storage::kFaultCount> faults = {};

  void Add(const Stats& other);
  // Several lines.
  std::string ToString() const;
};

}  // namespace borealis::sim
