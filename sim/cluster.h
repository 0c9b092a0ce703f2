// Cluster: one simulation, from its seed to its verdict.
//
// A run is `steps` steps of chaos, then everything is healed and must come to rest: all nodes
// members, with equal data, each able to commit; then the power fails and all must come back with
// everything that anyone ever read.
#pragma once

#include <string>
#include <vector>

#include "sim/server.h"

namespace borealis::sim {

struct RunOptions {
  uint64_t seed = 1;
  uint64_t steps = 20'000;
  uint32_t nodes = 0;  // 0: chosen by the seed
  bool print = false;
};

struct RunResult {
  std::string violation;  // empty: none
  uint64_t step = 0;      // the last one
  uint64_t trace_hash = 0;
  Stats stats;
};

// REQUIRES: steps > 0, nodes 0 or 1..16.
RunResult RunSimulation(const RunOptions& options);

// The step of the simulation that runs in this process, for a message should it be aborted.
uint64_t CurrentStep();

class Cluster {
 public:
  explicit Cluster(const RunOptions& options);

  RunResult Run();

 private:
  struct Node {
    std::string name;
    Cache cache;
    std::unique_ptr<Server> server;
    uint64_t down_until = 0;    // step
    uint64_t frozen_until = 0;  // step
    int ends_left = 0;          // of its incarnations until it must be at rest, when healing
  };

  void CreateVolume();
  // One step of the world; one thing on one node.
  void Step();
  void StepNode(Node& node);
  void TryStart(Node& node);
  // After the server's process ended by itself or by force.
  void Bury(Node& node);
  bool Due(uint32_t one_in);

  // --- nemesis.cc
  void Nemesis();
  void CrashOne();
  void CrashAll(bool power);
  void FreezeOne();
  void FillDisk();
  void Trim();

  // --- heal.cc
  void Heal();
  void Rest(const char* when);
  bool AllQuiet() const;
  int64_t Progress() const;
  void CheckEqual();
  std::string Describe() const;

  const RunOptions options_;
  World world_;
  std::vector<Node> nodes_;
  uint64_t step_ = 0;
  uint64_t disk_full_until_ = 0;  // step; 0: it is not full
};

}  // namespace borealis::sim
