#include "control/model/class_limits.h"

#include <fmt/core.h>

namespace borealis::control {
namespace {

constexpr int64_t kPeriodUs = 100'000;  // the kernel's own default
constexpr int64_t kBytesOfMib = 1 << 20;

}  // namespace

std::string ClassLimits::CpuMax() const { return fmt::format("{} {}", cpu_us, cpu_period_us); }

std::string ClassLimits::MemoryMax() const { return std::to_string(memory_bytes); }

ClassLimits LimitsOf(const InstanceClass& c) {
  return {c.vcpus * kPeriodUs, kPeriodUs, c.memory_mib * kBytesOfMib};
}

}  // namespace borealis::control
