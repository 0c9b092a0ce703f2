#include "faults/held_sources.h"

#include <gtest/gtest.h>

#include <thread>

namespace borealis::faults {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;

NodeId Node(uint8_t n) {
  NodeId id;
  id.uuid.bytes[0] = n;
  return id;
}

class HeldSourcesTest : public ::testing::Test {
 protected:
  int64_t In(int64_t us) const { return SystemClock().WallUs() + us; }
  HeldSources held_{SystemClock(), 3};
};

TEST_F(HeldSourcesTest, OnlyTheNamedSourceWaitsAndOnlyForItsTime) {
  held_.Await(Node(1));
  held_.Update({{Node(1), {100, In(kHourUs)}}});
  held_.Await(Node(2));
  EXPECT_EQ(held_.held(), 0u);
  std::thread applier([&] { held_.Await(Node(1)); });
  while (held_.held() < 1) std::this_thread::yield();
  const int64_t begin = SystemClock().MonotonicNs();
  held_.Update({{Node(1), {100, In(30'000)}}});
  applier.join();
  EXPECT_GE(SystemClock().MonotonicNs() - begin, 20'000'000);
}

TEST_F(HeldSourcesTest, AChangeAndTheEndLetGo) {
  for (const bool end : {false, true}) {
    held_.Update({{Node(1), {100, In(kHourUs)}}});
    std::thread applier([&] { held_.Await(Node(1)); });
    if (end) {
      held_.End();
    } else {
      held_.Update({});
    }
    applier.join();
  }
  held_.Update({{Node(1), {100, In(kHourUs)}}});
  held_.Await(Node(1));  // ended
}

TEST_F(HeldSourcesTest, ZeroPercentHoldsNothing) {
  held_.Update({{Node(1), {0, In(kHourUs)}}});
  held_.Await(Node(1));
  EXPECT_EQ(held_.held(), 0u);
}

}  // namespace
}  // namespace borealis::faults
