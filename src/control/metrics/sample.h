// Samples of what instances do. Values; pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "node/server_figures.h"

namespace borealis::control {

struct InstanceSample {
  bool up = false;  // accepts reads and writes
  int64_t seqno = 0;
  int64_t cpu_ms = 0;        // of the server's process, all cores
  int64_t memory_bytes = 0;  // resident
  int64_t restarts = 0;      // unexpected ends in its agent's life
  int64_t rebuilds = 0;      // of its cache since it was ready last
  int64_t crash_us = 0;      // the newest; 0: none
  int64_t recovery_ms = -1;  // from that crash until ready; -1: not yet
  int64_t cache_bytes = 0;
  // By index of node::kFigureSources; -1: not known.
  std::array<int64_t, node::kFigureSources.size()> figures{};
};

struct ClusterSample {
  int64_t volume_bytes = 0;
};

struct Sample {
  int64_t time_us = 0;
  std::map<std::string, InstanceSample> instances;  // by identifier
  std::map<std::string, ClusterSample> clusters;
};

// {"t": milliseconds, "instances": {"w1": {"up": true, "commits": 5, ...}}, "clusters": {...}};
// what is not known is absent.
std::string ToJson(const Sample& sample);

}  // namespace borealis::control
