// WaitForData: wake-up, timeout, interruption.
#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests

TEST_P(BackendConformanceTest, WaitReturnsAtOnceWhenDataIsThere) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "123").outcome, AppendOutcome::kOk);
  const auto b = Attach();
  EXPECT_TRUE(b->WaitForData(kFirst, 2, GetParam().long_wait_ns).ok());
  EXPECT_TRUE(b->WaitForData(kFirst, 0, 0).ok());
}

TEST_P(BackendConformanceTest, WaitTimesOutWhenNothingComes) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "123").outcome, AppendOutcome::kOk);
  EXPECT_EQ(a_->WaitForData(kFirst, 3, 0).code(), Code::kTimeout);
  const int64_t timeout_ns = 20'000'000;
  const int64_t start_ns = SystemClock().MonotonicNs();
  EXPECT_EQ(a_->WaitForData(kFirst, 3, timeout_ns).code(), Code::kTimeout);
  EXPECT_GE(SystemClock().MonotonicNs() - start_ns, timeout_ns);
}

TEST_P(BackendConformanceTest, EveryAppendWakesTheWaitersOfOtherProcesses) {
  constexpr uint64_t kRounds = 100;
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const auto b = Attach();
  Backend* const players[] = {a_.get(), b.get()};
  // Each waits for the other's byte and answers with one of its own.
  RunThreads(2, [&](int player) {
    for (auto at = static_cast<uint64_t>(player); at < 2 * kRounds; at += 2) {
      if (at > 0) {
        const Status woken = WaitToBeWoken(*players[player], at - 1);
        ASSERT_TRUE(woken.ok()) << woken.ToString();
      }
      const AppendResult append = AppendText(*players[player], kFirst, "x");
      ASSERT_EQ(append.outcome, AppendOutcome::kOk) << append.status.ToString();
      ASSERT_EQ(append.offset, at);
    }
  });
}

TEST_P(BackendConformanceTest, SealWakesTheWaitersOfOtherProcesses) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const auto b = Attach();
  std::thread waiter([&] { EXPECT_TRUE(WaitToBeWoken(*b, 0).ok()); });
  EXPECT_TRUE(a_->Seal(kFirst).ok());
  waiter.join();
  EXPECT_TRUE(
      b->WaitForData(kFirst, 0, GetParam().long_wait_ns).ok());  // and from then on it never waits
}

TEST_P(BackendConformanceTest, InterruptWakesOnlyItsOwnBackendUntilCleared) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const auto b = Attach();
  std::thread waiter([&] { EXPECT_EQ(WaitToBeWoken(*b, 0).code(), Code::kAborted); });
  b->Interrupt();
  waiter.join();
  EXPECT_EQ(WaitToBeWoken(*b, 0).code(), Code::kAborted);
  EXPECT_EQ(a_->WaitForData(kFirst, 0, 1'000'000).code(), Code::kTimeout);
  b->ClearInterrupt();
  EXPECT_EQ(b->WaitForData(kFirst, 0, 1'000'000).code(), Code::kTimeout);
  std::thread again([&] { EXPECT_TRUE(WaitToBeWoken(*b, 0).ok()); });
  EXPECT_EQ(AppendText(*a_, kFirst, "x").outcome, AppendOutcome::kOk);
  again.join();
}

}  // namespace borealis::storage
