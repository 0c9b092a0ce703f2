#include "faults/disk_faults.h"

#include <gtest/gtest.h>

#include <thread>

namespace borealis::faults {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kHour = 3'600'000 * kMs;

class DiskFaultsTest : public ::testing::Test {
 protected:
  int64_t TimeOfAnAppend() {
    const int64_t begin = SystemClock().MonotonicNs();
    EXPECT_TRUE(disk_.BeforeAppend(nullptr));
    return SystemClock().MonotonicNs() - begin;
  }
  ManualClock manual_;
  DiskFaults disk_{SystemClock(), 7};
};

TEST_F(DiskFaultsTest, AFailingDiskIsTriedAgainUntilTheIntervalEnds) {
  disk_.Fail(100, kHour);
  EXPECT_EQ(disk_.figures().failing_percent, 100);
  std::thread append([&] { TimeOfAnAppend(); });
  while (disk_.figures().failures < 2) std::this_thread::yield();
  const int64_t begin = SystemClock().MonotonicNs();
  disk_.Fail(100, 60 * kMs);
  append.join();
  EXPECT_GE(SystemClock().MonotonicNs() - begin, 60 * kMs);
  EXPECT_EQ(disk_.figures().failing_percent, 0);
}

TEST_F(DiskFaultsTest, ACongestedOneTakesLongerByATimeWithinTheBounds) {
  disk_.Congest(100, 20 * kMs, 40 * kMs, kHour);
  EXPECT_GE(TimeOfAnAppend(), 20 * kMs);
  EXPECT_EQ(disk_.figures().delays, 1u);
  disk_.Congest(0, 0, 0, kHour);
  TimeOfAnAppend();
  EXPECT_EQ(disk_.figures().delays, 1u);
}

TEST_F(DiskFaultsTest, ADelayDoesNotOutliveItsInterval) {
  disk_.Congest(100, kHour, kHour, 20 * kMs);
  EXPECT_LT(TimeOfAnAppend(), kHour / 60);
}

TEST_F(DiskFaultsTest, TheShareIsThatAskedFor) {
  DiskFaults disk(manual_, 7);
  disk.Congest(30, 0, 0, kHour);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(disk.BeforeAppend(nullptr));
  EXPECT_NEAR(static_cast<double>(disk.figures().delays), 3000, 150);
}

TEST_F(DiskFaultsTest, WhoWaitsIsLetGoByAnEndAZeroOrItsAbort) {
  for (int way = 0; way < 3; ++way) {
    disk_.Fail(100, kHour);
    std::atomic<bool> aborted{false};
    std::atomic<bool> passed{false};
    std::thread append([&] { passed = disk_.BeforeAppend(&aborted); });
    if (way == 0) disk_.End();
    if (way == 1) disk_.Fail(0, kHour);
    if (way == 2) aborted = true;
    if (way == 2) disk_.Wake();
    append.join();
    EXPECT_EQ(passed, way != 2);
  }
}

TEST_F(DiskFaultsTest, NothingIsSimulatedAfterTheInterval) {
  DiskFaults disk(manual_, 7);
  disk.Fail(100, 5 * kMs);
  manual_.AdvanceNs(5 * kMs);
  EXPECT_TRUE(disk.BeforeAppend(nullptr));
  EXPECT_EQ(disk.figures().failures, 0u);
}

}  // namespace
}  // namespace borealis::faults
