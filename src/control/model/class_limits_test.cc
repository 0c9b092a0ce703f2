#include "control/model/class_limits.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

TEST(ClassLimits, AreTheCpusAndTheMemoryOfTheClass) {
  const ClassLimits micro = LimitsOf(*FindInstanceClass("db.t3.micro"));
  EXPECT_EQ(micro.CpuMax(), "200000 100000");  // two CPUs
  EXPECT_EQ(micro.MemoryMax(), "1073741824");
  const ClassLimits large = LimitsOf(*FindInstanceClass("db.r4.2xlarge"));
  EXPECT_EQ(large.CpuMax(), "800000 100000");
  EXPECT_EQ(large.MemoryMax(), "65498251264");  // 61 GiB
}

TEST(ClassLimits, AServerHasRoomForWhatItsClassSetsUp) {
  constexpr int64_t kBytesOfMib = 1 << 20;
  for (const InstanceClass& c : InstanceClasses()) {
    const ClassLimits limits = LimitsOf(c);
    EXPECT_GE(limits.cpu_us, limits.cpu_period_us) << c.name;
    // A server of 64 MiB takes some 300 MiB of memory; a connection some.
    EXPECT_GE(limits.memory_bytes, (c.buffer_pool_mib + 300 + c.connections) * kBytesOfMib)
        << c.name;
  }
}

}  // namespace
}  // namespace borealis::control
