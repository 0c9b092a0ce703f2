// What a class of instances may use of the machine, in the words of cgroups (version 2). Pure.
#pragma once

#include <cstdint>
#include <string>

#include "control/model/place.h"

namespace borealis::control {

struct ClassLimits {
  int64_t cpu_us = 0;             // of CPU time in each period, all CPUs taken together
  int64_t cpu_period_us = 0;      // of the clock
  int64_t memory_bytes = 0;       // page cache among it, which goes first
  std::string CpuMax() const;     // for cpu.max
  std::string MemoryMax() const;  // for memory.max
  bool operator==(const ClassLimits&) const = default;
};

ClassLimits LimitsOf(const InstanceClass& c);

}  // namespace borealis::control
