#include "storage/faulty/faults.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace borealis::storage {
namespace {

FaultPlan SeededPlan(uint64_t seed) {
  return FaultPlan([e = std::mt19937_64(seed)]() mutable { return e(); });
}

TEST(FaultPlanTest, NothingPlannedMeetsNothingAndDrawsNothing) {
  int drawn = 0;
  FaultPlan plan([&] { return static_cast<uint64_t>(++drawn); });
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(plan.Draw(Call::kAppend, 1), Fault::kNone);
    EXPECT_FALSE(plan.Chance(0));
  }
  EXPECT_EQ(drawn, 0);
}

TEST(FaultPlanTest, ScriptHitsTheCallAndProcessItNames) {
  FaultPlan plan = SeededPlan(1);
  plan.Script(Call::kAppend, Fault::kIo, 2, 1);
  plan.Script(Call::kSeal, Fault::kReplyLost);
  EXPECT_EQ(plan.Draw(Call::kAppend, 1), Fault::kNone);
  EXPECT_EQ(plan.Draw(Call::kAppend, 2), Fault::kNone);  // skipped
  EXPECT_EQ(plan.Draw(Call::kAppend, 1), Fault::kNone);
  EXPECT_EQ(plan.Draw(Call::kAppend, 2), Fault::kIo);
  EXPECT_EQ(plan.Draw(Call::kAppend, 2), Fault::kNone);
  EXPECT_EQ(plan.Draw(Call::kSeal, 7), Fault::kReplyLost);
  EXPECT_EQ(plan.Drawn(Fault::kIo), 1u);
  EXPECT_EQ(plan.Drawn(Fault::kReplyLost), 1u);
}

TEST(FaultPlanTest, RatesAreMetAndRepeatWithTheSeed) {
  const auto run = [](uint64_t seed) {
    FaultPlan plan = SeededPlan(seed);
    plan.SetRate(Call::kAppend, Fault::kHeldBack, 0.25);
    plan.SetRate(Call::kAppend, Fault::kNoSpace, 0.05);
    std::vector<Fault> faults;
    for (int i = 0; i < 4000; ++i) {
      faults.push_back(plan.Draw(Call::kAppend, 1));
      EXPECT_EQ(plan.Draw(Call::kRead, 1), Fault::kNone);
    }
    EXPECT_NEAR(static_cast<double>(plan.Drawn(Fault::kHeldBack)), 1000, 150);
    EXPECT_NEAR(static_cast<double>(plan.Drawn(Fault::kNoSpace)), 200, 80);
    return faults;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(FaultPlanDeathTest, RefusesWhatCannotHappen) {
  FaultPlan plan = SeededPlan(1);
  EXPECT_DEATH(plan.SetRate(Call::kRead, Fault::kHeldBack, 0.1), "Applies");
  EXPECT_DEATH(plan.Script(Call::kHint, Fault::kSealLost), "Applies");
  plan.SetRate(Call::kAppend, Fault::kIo, 0.6);
  EXPECT_DEATH(plan.SetRate(Call::kAppend, Fault::kNoSpace, 0.6), "add up");
}

}  // namespace
}  // namespace borealis::storage
