#include "prefix_checker.h"

#include <gtest/gtest.h>

namespace borealis::history {
namespace {

TEST(PrefixChecker, OrderedReadsOfSeveralNodesPass) {
  PrefixChecker checker(2);
  checker.AddRead("a", {0, 0});
  checker.AddRead("b", {1, 0});
  checker.AddRead("a", {1, 1});
  checker.AddRead("b", {1, 1});
  checker.AddRead("a", {1, 2});
  const Verdict verdict = checker.Check();
  EXPECT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.reads, 5U);
  EXPECT_EQ(verdict.distinct, 4U);
}

TEST(PrefixChecker, TwoNodesThatSawTwoCommitsInDifferentOrdersAreAFork) {
  PrefixChecker checker(2);
  checker.AddRead("a", {1, 0});
  checker.AddRead("b", {0, 1});
  checker.AddRead("a", {1, 1});
  const Verdict verdict = checker.Check();
  EXPECT_EQ(verdict.forks, 1U);
  ASSERT_EQ(verdict.examples.size(), 1U);
  EXPECT_NE(verdict.examples[0].find("fork"), std::string::npos);
}

TEST(PrefixChecker, AForkOfReadsFarApartIsFoundToo) {
  PrefixChecker checker(3);
  checker.AddRead("a", {5, 0, 0});
  checker.AddRead("a", {0, 1, 1});
  EXPECT_FALSE(checker.Check().ok());
}

TEST(PrefixChecker, OneReadThatLacksAnEarlierCommitIsAGap) {
  PrefixChecker checker(2);
  checker.AddCommit(0, 1, 10);
  checker.AddCommit(1, 1, 11);
  checker.AddRead("a", {0, 1});
  const Verdict verdict = checker.Check();
  EXPECT_EQ(verdict.gaps, 1U);
  EXPECT_EQ(verdict.forks, 0U);
}

TEST(PrefixChecker, ThePrefixesOfTheLogHaveNoGap) {
  PrefixChecker checker(2);
  checker.AddCommit(0, 1, 10);
  checker.AddCommit(1, 1, 11);
  checker.AddCommit(1, 2, 12);
  checker.AddRead("a", {0, 0});
  checker.AddRead("a", {1, 0});
  checker.AddRead("b", {1, 1});
  checker.AddRead("b", {1, 2});
  EXPECT_TRUE(checker.Check().ok());
}

TEST(PrefixChecker, ACommitOfUnknownPlaceIsNotGuessed) {
  PrefixChecker checker(2);
  checker.AddCommit(1, 1, 11);
  checker.AddRead("a", {0, 1});
  EXPECT_TRUE(checker.Check().ok());
}

}  // namespace
}  // namespace borealis::history
