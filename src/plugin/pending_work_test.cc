#include "plugin/pending_work.h"

#include <gtest/gtest.h>

namespace borealis::plugin {
namespace {

TEST(PendingWork, EachIsFoundOnceByItsNumber) {
  PendingWork pending;
  pending.Begin(7);
  EXPECT_EQ(pending.Add(Refusal{1, "one"}), 1u);
  EXPECT_EQ(pending.Add(FaultCommand(Crash{})), 2u);
  EXPECT_TRUE(std::holds_alternative<FaultCommand>(*pending.Take(7, 2)));
  EXPECT_FALSE(pending.Take(7, 2));
  EXPECT_EQ(std::get<Refusal>(*pending.Take(7, 1)).message, "one");
}

TEST(PendingWork, NothingIsFoundByAWrongNumberOrByAnotherConnection) {
  PendingWork pending;
  pending.Begin(7);
  pending.Add(FaultCommand(Crash{}));
  for (const long long number : {-1ll, 0ll, 2ll, 1ll << 40}) EXPECT_FALSE(pending.Take(7, number));
  EXPECT_FALSE(pending.Take(8, 1));
  EXPECT_TRUE(pending.Take(7, 1));
}

TEST(PendingWork, TheNextTextAndAnErrorForgetWhatIsLeft) {
  PendingWork pending;
  pending.Begin(7);
  pending.Add(FaultCommand(Crash{}));
  pending.Begin(7);
  EXPECT_FALSE(pending.Take(7, 1));
  pending.Add(FaultCommand(Crash{}));
  pending.Clear();
  EXPECT_FALSE(pending.Take(7, 1));
}

}  // namespace
}  // namespace borealis::plugin
