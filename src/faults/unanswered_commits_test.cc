#include "faults/unanswered_commits.h"

#include <gtest/gtest.h>

#include <thread>

namespace borealis::faults {
namespace {

constexpr int64_t kLong = 60'000'000'000;

class UnansweredCommitsTest : public ::testing::Test {
 protected:
  // As soon as somebody waits to get past Begin of a closed gate, or any time later.
  ManualClock manual_;
  UnansweredCommits commits_{SystemClock()};
};

TEST_F(UnansweredCommitsTest, NothingIsKeptBeforeAnswersAreTold) {
  EXPECT_TRUE(commits_.Begin(1, nullptr));
  EXPECT_EQ(commits_.size(), 0u);
  EXPECT_TRUE(commits_.CloseAndWait(9, 0));
}

TEST_F(UnansweredCommitsTest, ACrashWaitsForTheAnswersOfOthersAndNotForItsOwn) {
  commits_.Answered(1);
  EXPECT_TRUE(commits_.Begin(1, nullptr));
  EXPECT_TRUE(commits_.Begin(2, nullptr));
  EXPECT_FALSE(commits_.CloseAndWait(2, 1'000'000));
  std::thread answer([&] { commits_.Answered(1); });
  EXPECT_TRUE(commits_.CloseAndWait(2, kLong));
  answer.join();
  EXPECT_EQ(commits_.size(), 1u);
}

TEST_F(UnansweredCommitsTest, OnceClosedNobodyBeginsButAVictimIsLetGo) {
  commits_.Answered(1);
  EXPECT_TRUE(commits_.CloseAndWait(9, 0));
  std::atomic<bool> aborted{false};
  std::atomic<bool> begun{true};
  std::thread victim([&] { begun = commits_.Begin(3, &aborted); });
  aborted = true;
  commits_.Wake();
  victim.join();
  EXPECT_FALSE(begun);
  EXPECT_EQ(commits_.size(), 0u);
}

TEST_F(UnansweredCommitsTest, ClosingHoldsAlsoWhereNoAnswersAreTold) {
  EXPECT_TRUE(commits_.CloseAndWait(9, 0));
  const std::atomic<bool> aborted{true};
  EXPECT_FALSE(commits_.Begin(3, &aborted));
}

TEST_F(UnansweredCommitsTest, ACommitWithoutAClientIsForgotten) {
  UnansweredCommits commits(manual_);
  commits.Answered(1);
  EXPECT_TRUE(commits.Begin(1, nullptr));
  manual_.AdvanceNs(UnansweredCommits::kForgottenNs);
  EXPECT_TRUE(commits.CloseAndWait(9, kLong));
}

TEST_F(UnansweredCommitsTest, CommitsWithoutClientsTakeNoMemoryForEver) {
  UnansweredCommits commits(manual_);
  commits.Answered(1);
  for (uint64_t n = 1; n <= 20 * UnansweredCommits::kSweepAt; ++n) {
    EXPECT_TRUE(commits.Begin(n, nullptr));
    manual_.AdvanceNs(UnansweredCommits::kForgottenNs / 100);
  }
  EXPECT_LE(commits.size(), UnansweredCommits::kSweepAt);
}

}  // namespace
}  // namespace borealis::faults
