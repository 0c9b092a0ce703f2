#include "sim/config.h"

#include "sim/database.h"

namespace borealis::sim {

using storage::Call;
using storage::Fault;

namespace {

// Every fault at the rate of a bad day; which of them happen in a run, the seed says.
constexpr FaultRate kFaults[] = {
    {Call::kAppend, Fault::kHeldBack, 0.02},         {Call::kAppend, Fault::kReplyLost, 0.02},
    {Call::kAppend, Fault::kRequestLost, 0.02},      {Call::kAppend, Fault::kSyncFails, 0.01},
    {Call::kAppend, Fault::kNoSpace, 0.01},          {Call::kAppend, Fault::kIo, 0.01},
    {Call::kAppend, Fault::kUnavailable, 0.01},      {Call::kAppend, Fault::kCrashBefore, 0.002},
    {Call::kAppend, Fault::kCrashAfter, 0.004},      {Call::kAppend, Fault::kCrashMidWrite, 0.004},
    {Call::kAppend, Fault::kCrashBeforeSync, 0.004}, {Call::kSeal, Fault::kReplyLost, 0.05},
    {Call::kSeal, Fault::kRequestLost, 0.05},        {Call::kSeal, Fault::kSyncFails, 0.03},
    {Call::kSeal, Fault::kCutUnsynced, 0.05},        {Call::kSeal, Fault::kCrashBefore, 0.02},
    {Call::kSeal, Fault::kCrashAfter, 0.02},         {Call::kSwap, Fault::kReplyLost, 0.08},
    {Call::kSwap, Fault::kRequestLost, 0.08},        {Call::kSwap, Fault::kNoSpace, 0.03},
    {Call::kSwap, Fault::kCrashBefore, 0.02},        {Call::kSwap, Fault::kCrashAfter, 0.02},
    {Call::kMutation, Fault::kReplyLost, 0.05},      {Call::kMutation, Fault::kRequestLost, 0.05},
    {Call::kMutation, Fault::kNoSpace, 0.03},        {Call::kMutation, Fault::kCrashAfter, 0.01},
    {Call::kRead, Fault::kUnavailable, 0.005},       {Call::kRead, Fault::kIo, 0.003},
    {Call::kRead, Fault::kCrashBefore, 0.0005},      {Call::kHint, Fault::kUnavailable, 0.05},
    {Call::kRestart, Fault::kSealLost, 0.3},
};

// One in `often` to `rarely` steps, or never.
uint32_t Occasionally(Random& random, uint32_t often, uint32_t rarely) {
  return random.Percent(60) ? static_cast<uint32_t>(random.Between(often, rarely)) : 0;
}

void ChooseVolume(Random& random, Config& config) {
  // Registers and new segments must always fit: a disk is full for appends first.
  config.volume.traits = random.Percent(70) ? storage::kPositionedTraits : storage::kFloatingTraits;
  config.volume.traits.segment_bytes_max = 64 << 10;
  config.volume.traits.append_bytes_max = random.Percent(50) ? 64 << 10 : 8 << 10;
  config.volume.single_threaded = true;
  config.volume.recycle_segments = random.Percent(50);
  config.volume.prewritten_bytes = random.Percent(50) ? 16 << 10 : 0;
  config.log.segment_bytes = random.Pick<uint64_t>({2 << 10, 8 << 10, 32 << 10});
  config.log.chunk_bytes = random.Pick<uint32_t>({512, 2 << 10, 1 << 20});
  config.certification_window = random.Pick<uint32_t>({16, 64, 1024});
}

void ChooseFaults(Random& random, Config& config) {
  if (random.Percent(10)) return;  // a quiet run
  for (FaultRate rate : kFaults) {
    if (!random.Percent(40)) continue;
    rate.rate *= random.Percent(20) ? 3 : 1;
    config.faults.push_back(rate);
  }
  config.pending_lands_percent = static_cast<uint32_t>(random.Below(20));
  config.pending_vanishes_percent = static_cast<uint32_t>(random.Below(20));
  config.crash_one_in = Occasionally(random, 400, 5000);
  config.crash_all_one_in = Occasionally(random, 2000, 15000);
  config.power_loss_one_in = Occasionally(random, 2000, 15000);
  config.freeze_one_in = Occasionally(random, 300, 5000);
  config.leave_one_in = Occasionally(random, 500, 5000);
  config.disk_full_one_in = Occasionally(random, 1000, 10000);
  config.clock_jump_one_in = Occasionally(random, 200, 2000);
  config.trim_one_in = Occasionally(random, 200, 2000);
}

}  // namespace

Config ChooseConfig(Random& random, uint32_t nodes) {
  Config config;
  const auto chosen = static_cast<uint32_t>(random.Between(2, 5));
  config.nodes = nodes == 0 ? chosen : nodes;
  config.clients = static_cast<uint32_t>(random.Between(1, 6));
  config.appliers = static_cast<uint32_t>(random.Between(1, 4));
  config.batch_records_max = static_cast<uint32_t>(random.Pick<uint64_t>({1, 4, 32}));
  config.ops_max = static_cast<uint32_t>(random.Between(1, 4));
  config.rows = static_cast<uint32_t>(random.Between(4, kRows));
  config.cautious_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 30}));
  config.lease_ticks = static_cast<uint32_t>(random.Between(3, 20));
  config.ddl_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 2, 10}));
  config.gap_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 10, 40}));
  config.unsafe_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 5}));
  config.padded_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 5}));
  config.repeat_percent = static_cast<uint32_t>(random.Pick<uint64_t>({0, 50}));
  // Not of the run's own chances: a seed without streams is the run that it was before there were.
  if (random.seed() % 2 == 0) {
    config.ops_max += 4;
    config.stream_percent = random.seed() % 3 == 0 ? 80 : 30;
  }
  ChooseVolume(random, config);
  ChooseFaults(random, config);
  return config;
}

}  // namespace borealis::sim
