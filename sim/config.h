// Config: what one simulation is like. Everything is chosen by the seed, so that each seed stresses
// something else (few faults or many, tiny segments or large ones, one writer or a crowd).
#pragma once

#include <cstdint>
#include <vector>

#include "log/log.h"
#include "sim/random.h"
#include "storage/faulty/faulty_volume.h"

namespace borealis::sim {

struct FaultRate {
  storage::Call call;
  storage::Fault fault;
  double rate;
};

struct Config {
  uint32_t nodes = 3;
  // Per node.
  uint32_t clients = 3;
  uint32_t appliers = 3;
  uint32_t batch_records_max = 8;
  uint32_t ops_max = 4;
  uint32_t rows = 10;  // of each table, at most kRows

  uint32_t certification_window = 1024;
  uint32_t lease_ticks = 10;
  log::Options log;
  storage::FaultyOptions volume;
  std::vector<FaultRate> faults;
  uint32_t pending_lands_percent = 5;
  uint32_t pending_vanishes_percent = 5;

  uint32_t ddl_percent = 3;
  uint32_t stream_percent = 0;     // transactions that stream
  uint32_t gap_percent = 20;       // transactions that hold a gap lock
  uint32_t unsafe_percent = 3;     // parallel-unsafe write-sets
  uint32_t padded_percent = 5;     // write-sets that take several chunks
  uint32_t cautious_percent = 20;  // write-sets that claim to have seen only their snapshot
  uint32_t repeat_percent = 20;    // unknown appends that are sent again before they are resolved

  // One in so many steps; 0: never.
  uint32_t crash_one_in = 0;
  uint32_t crash_all_one_in = 0;
  uint32_t power_loss_one_in = 0;
  uint32_t freeze_one_in = 0;
  uint32_t leave_one_in = 0;
  uint32_t disk_full_one_in = 0;
  uint32_t clock_jump_one_in = 0;
  uint32_t trim_one_in = 0;
};

// `nodes` 0: chosen by the seed.
Config ChooseConfig(Random& random, uint32_t nodes);

}  // namespace borealis::sim
