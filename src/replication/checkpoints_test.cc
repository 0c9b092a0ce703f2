#include "replication/checkpoints.h"

#include <gtest/gtest.h>

namespace borealis::replication {
namespace {

using Kind = StateSource::Kind;

TEST(OrderSourcesTest, TheNewestNotPastTheStartComesFirstAndTheLogLast) {
  EXPECT_EQ(OrderSources({25}, {{10}, {20}, {30}}, {{0}, {15}, {20}, {40}}),
            (std::vector<StateSource>{{Kind::kCheckpoint, {20}},
                                      {Kind::kSnapshot, {20}},
                                      {Kind::kSnapshot, {15}},
                                      {Kind::kCheckpoint, {10}},
                                      {Kind::kLog, {0}}}));
}

TEST(OrderSourcesTest, WithNothingThereIsTheLog) {
  EXPECT_EQ(OrderSources({0}, {}, {{0}}), (std::vector<StateSource>{{Kind::kLog, {0}}}));
}

class CheckpointPaceTest : public ::testing::Test {
 protected:
  void Wait() {
    for (int i = 0; i < 20; ++i) pace_.Tick();
  }
  CheckpointPace pace_{1000, 250};
};

TEST_F(CheckpointPaceTest, IsDueAfterEnoughLogAndSomeSeconds) {
  Wait();
  pace_.Read({{1}, 999, 0});
  EXPECT_FALSE(pace_.Due({5}));
  pace_.Read({{1}, 1000, 0});
  EXPECT_TRUE(pace_.Due({5}));
  pace_.Taken({5});
  pace_.Read({{1}, 3000, 0});
  EXPECT_FALSE(pace_.Due({6}));
  Wait();
  EXPECT_TRUE(pace_.Due({6}));
}

TEST_F(CheckpointPaceTest, WaitsUntilTheLastOneIsApplied) {
  Wait();
  pace_.Read({{1}, 1000, 0});
  pace_.Taken({50});
  Wait();
  pace_.Read({{1}, 2000, 0});
  EXPECT_FALSE(pace_.Due({49}));
  EXPECT_TRUE(pace_.Due({50}));
}

TEST_F(CheckpointPaceTest, ALargeStateIsWrittenLessOften) {
  Wait();
  pace_.Written(1000);
  pace_.Read({{1}, 7999, 0});
  EXPECT_FALSE(pace_.Due({5}));
  pace_.Read({{1}, 8000, 0});
  EXPECT_TRUE(pace_.Due({5}));
}

TEST_F(CheckpointPaceTest, CountsAcrossSegments) {
  Wait();
  pace_.Read({{1}, 600, 0});
  pace_.Read({{2}, 399, 0});
  EXPECT_FALSE(pace_.Due({5}));
  pace_.Read({{2}, 400, 0});
  EXPECT_TRUE(pace_.Due({5}));
}

}  // namespace
}  // namespace borealis::replication
