#include "control/api/attempts.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

constexpr int kFailures = 10;
constexpr int64_t kEveryUs = 1000;

TEST(Attempts, FailuresAreCountedPerAddressAndComeBack) {
  Attempts attempts(kFailures, kEveryUs);
  for (int n = 0; n < kFailures; ++n) {
    EXPECT_TRUE(attempts.Allowed("a", 1));
    attempts.Failed("a", 1);
  }
  EXPECT_FALSE(attempts.Allowed("a", 1));
  EXPECT_TRUE(attempts.Allowed("b", 1));
  EXPECT_TRUE(attempts.Allowed("a", 1 + kEveryUs));
}

TEST(Attempts, ManyAddressesTakeNoMoreMemory) {
  Attempts attempts(kFailures, kEveryUs);
  for (size_t n = 0; n < kAttemptPeersMax; ++n) attempts.Failed(std::to_string(n), 1);
  for (int n = 0; n < kFailures; ++n) attempts.Failed("new" + std::to_string(n), 1);
  EXPECT_FALSE(attempts.Allowed("another", 1));
  EXPECT_TRUE(attempts.Allowed("another", 1 + int64_t{2} * kFailures * kEveryUs));
}

}  // namespace
}  // namespace borealis::control
