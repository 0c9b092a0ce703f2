#include "node/drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlanDrain, IdleConnectionsOutsideOfTransactionsAreClosed) {
  const std::vector<ClientSession> sessions = {
      {"1", true, kIdleCloseMs, false},
      {"2", true, kIdleCloseMs - 1, false},  // may have been tried just now
      {"3", true, 60'000, true},
      {"4", false, 60'000, false},
  };
  const DrainStep step = PlanDrain(sessions, 9'000, 10'000);
  EXPECT_THAT(step.close, ElementsAre("1"));
  EXPECT_FALSE(step.done);
}

TEST(PlanDrain, StatementsCountAsTransactionsWhenTimeRunsShort) {
  EXPECT_EQ(PlanDrain({}, 10'000, 10'000).phase, 1);
  EXPECT_EQ(PlanDrain({}, kLastPhaseMs + 1, 10'000).phase, 1);
  EXPECT_EQ(PlanDrain({}, kLastPhaseMs, 10'000).phase, 2);
  EXPECT_EQ(PlanDrain({}, 1'001, 3'000).phase, 1);
  EXPECT_EQ(PlanDrain({}, 1'000, 3'000).phase, 2);
}

TEST(PlanDrain, IsDoneWhenAllAreGoneOrTimeIsOver) {
  const std::vector<ClientSession> one = {{"1", false, 5, true}};
  EXPECT_TRUE(PlanDrain({}, 9'000, 10'000).done);
  EXPECT_FALSE(PlanDrain(one, 1, 10'000).done);
  EXPECT_TRUE(PlanDrain(one, 0, 10'000).done);
  EXPECT_THAT(PlanDrain(one, 0, 10'000).close, IsEmpty());
}

}  // namespace
}  // namespace borealis::node
