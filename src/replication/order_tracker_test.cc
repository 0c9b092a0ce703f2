#include "replication/order_tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace borealis::replication {
namespace {

TEST(OrderTrackerTest, AllGatesStandAtTheStart) {
  const OrderTracker tracker(Seqno{7});
  EXPECT_EQ(tracker.delivered(), Seqno{7});
  EXPECT_EQ(tracker.left(), Seqno{7});
  EXPECT_EQ(tracker.finished(), Seqno{7});
  EXPECT_TRUE(tracker.Drained());
}

TEST(OrderTrackerTest, NextEntersOnlyAfterThePreviousLeft) {
  OrderTracker tracker(Seqno{0});
  tracker.Deliver(Seqno{1}, false);
  tracker.Deliver(Seqno{2}, false);
  EXPECT_TRUE(tracker.MayEnter(Seqno{1}));
  EXPECT_FALSE(tracker.MayEnter(Seqno{2}));
  EXPECT_EQ(tracker.Leave(Seqno{1}), Seqno{2});
  EXPECT_TRUE(tracker.MayEnter(Seqno{2}));
  EXPECT_EQ(tracker.finished(), Seqno{0});  // leaving completes nothing
}

TEST(OrderTrackerTest, FinishedIsThePrefixWhateverTheOrderOfFinishing) {
  OrderTracker tracker(Seqno{0});
  for (int64_t n = 1; n <= 3; ++n) tracker.Deliver(Seqno{n}, false);
  for (int64_t n = 1; n <= 3; ++n) tracker.Leave(Seqno{n});
  tracker.Finish(Seqno{3});
  tracker.Finish(Seqno{2});
  EXPECT_EQ(tracker.finished(), Seqno{0});
  EXPECT_FALSE(tracker.MayApply(Seqno{1}));
  tracker.Finish(Seqno{1});
  EXPECT_EQ(tracker.finished(), Seqno{3});
  EXPECT_TRUE(tracker.MayApply(Seqno{3}));
  EXPECT_TRUE(tracker.Drained());
}

TEST(OrderTrackerTest, SkippedRecordLeavesByItselfWhenItsTurnComes) {
  OrderTracker tracker(Seqno{0});
  tracker.Deliver(Seqno{1}, false);
  tracker.Deliver(Seqno{2}, true);
  tracker.Deliver(Seqno{3}, true);
  tracker.Deliver(Seqno{4}, false);
  EXPECT_EQ(tracker.left(), Seqno{0});
  EXPECT_EQ(tracker.Leave(Seqno{1}), Seqno{4});
  EXPECT_EQ(tracker.left(), Seqno{3});
  EXPECT_EQ(tracker.finished(), Seqno{0});  // 1 did not finish yet
  tracker.Finish(Seqno{1});
  EXPECT_EQ(tracker.finished(), Seqno{3});
}

TEST(OrderTrackerTest, ATurnThatNobodyWillTakeIsSkippedLater) {
  OrderTracker tracker(Seqno{0});
  for (int64_t n = 1; n <= 4; ++n) tracker.Deliver(Seqno{n}, false);
  EXPECT_EQ(tracker.Skip(Seqno{2}), Seqno{1});
  EXPECT_EQ(tracker.Leave(Seqno{1}), Seqno{3});
  EXPECT_EQ(tracker.Skip(Seqno{3}), Seqno{4});  // it was its turn
  tracker.Finish(Seqno{1});
  EXPECT_EQ(tracker.finished(), Seqno{3});
  EXPECT_DEATH((void)tracker.Skip(Seqno{3}), "3 is skipped");
}

TEST(OrderTrackerTest, SkippedRecordWithNothingBeforeItIsCompleteAtOnce) {
  OrderTracker tracker(Seqno{0});
  tracker.Deliver(Seqno{1}, true);
  EXPECT_EQ(tracker.left(), Seqno{1});
  EXPECT_EQ(tracker.finished(), Seqno{1});
}

// Whatever the schedule: finished <= left <= delivered, leaving is in order, and all ends drained.
TEST(OrderTrackerTest, RandomSchedulesKeepTheGatesInOrderAndDrain) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    OrderTracker tracker(Seqno{0});
    constexpr int64_t kRecords = 40;
    std::vector<int64_t> pending;   // delivered, not left
    std::vector<int64_t> applying;  // left, not finished
    int64_t next = 1;
    while (!(next > kRecords && tracker.Drained())) {
      switch (random() % 3) {
        case 0:
          if (next > kRecords) break;
          if (random() % 4 == 0) {
            tracker.Deliver(Seqno{next}, true);
          } else {
            tracker.Deliver(Seqno{next}, false);
            pending.push_back(next);
          }
          ++next;
          break;
        case 1:
          for (size_t i = 0; i < pending.size(); ++i) {
            ASSERT_EQ(tracker.MayEnter(Seqno{pending[i]}),
                      i == 0 && tracker.left().value == pending[0] - 1);
          }
          if (pending.empty() || !tracker.MayEnter(Seqno{pending.front()})) break;
          tracker.Leave(Seqno{pending.front()});
          applying.push_back(pending.front());
          pending.erase(pending.begin());
          break;
        default: {
          if (applying.empty()) break;
          const auto at = static_cast<ptrdiff_t>(random() % applying.size());
          tracker.Finish(Seqno{applying[static_cast<size_t>(at)]});
          applying.erase(applying.begin() + at);
          if (!applying.empty()) {
            ASSERT_LT(tracker.finished().value, *std::ranges::min_element(applying));
          }
        }
      }
      ASSERT_LE(tracker.finished(), tracker.left()) << "seed " << seed;
      ASSERT_LE(tracker.left(), tracker.delivered()) << "seed " << seed;
    }
    EXPECT_EQ(tracker.finished(), Seqno{kRecords});
  }
}

using OrderTrackerDeathTest = ::testing::Test;

TEST(OrderTrackerDeathTest, MisuseDies) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  OrderTracker tracker(Seqno{0});
  tracker.Deliver(Seqno{1}, false);
  tracker.Deliver(Seqno{2}, false);
  EXPECT_DEATH(tracker.Deliver(Seqno{4}, false), "delivered 4 after 2");
  EXPECT_DEATH(tracker.Leave(Seqno{2}), "its turn is after 0");
  EXPECT_DEATH(tracker.Finish(Seqno{1}), "finishes, left 0");
  tracker.Leave(Seqno{1});
  tracker.Leave(Seqno{2});
  tracker.Finish(Seqno{2});
  EXPECT_DEATH(tracker.Finish(Seqno{2}), "finishes twice");
  EXPECT_DEATH(tracker.Leave(Seqno{3}), "delivered is 2");
}

}  // namespace
}  // namespace borealis::replication
