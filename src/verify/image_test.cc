#include "verify/image.h"

#include <gtest/gtest.h>

namespace borealis::verify {
namespace {

TableSum Sum(const std::string& rows, const std::string& sum, const std::string& query = "q") {
  return {query, rows, sum, ""};
}

TEST(CompareSums, EqualTablesAreEqual) {
  const SumsVerdict verdict =
      CompareSums({{"a", {{"t", Sum("2", "7")}}}, {"b", {{"t", Sum("2", "7")}}}});
  EXPECT_EQ(verdict.equal, (std::set<std::string>{"t"}));
  EXPECT_TRUE(verdict.different.empty());
  EXPECT_TRUE(verdict.again.empty());
}

TEST(CompareSums, ADifferentSumNamesTheTableAndTheNodes) {
  const SumsVerdict verdict = CompareSums({{"a", {{"t", Sum("2", "7")}}},
                                           {"b", {{"t", Sum("2", "7")}}},
                                           {"c", {{"t", Sum("2", "8")}}}});
  ASSERT_EQ(verdict.different.size(), 1U);
  EXPECT_EQ(verdict.different[0].what, "rows of t");
  EXPECT_EQ(verdict.different[0].values.at("b"), "2 rows, sum 7");
  EXPECT_EQ(verdict.different[0].values.at("c"), "2 rows, sum 8");
}

TEST(CompareSums, ADifferentNumberOfRowsWithTheSameSumIsADifference) {
  const SumsVerdict verdict =
      CompareSums({{"a", {{"t", Sum("2", "0")}}}, {"b", {{"t", Sum("1", "0")}}}});
  EXPECT_EQ(verdict.different.size(), 1U);
}

TEST(CompareSums, WhatCouldNotBeReadIsNoVerdict) {
  TableSum unreadable;
  unreadable.unreadable = "its definition changed";
  const SumsVerdict verdict =
      CompareSums({{"a", {{"t", Sum("2", "7")}}}, {"b", {{"t", unreadable}}}});
  EXPECT_TRUE(verdict.equal.empty());
  EXPECT_TRUE(verdict.different.empty());
  EXPECT_EQ(verdict.again.at("t"), "b: its definition changed");
}

TEST(CompareSums, AnswersToDifferentQuestionsAreNoVerdict) {
  const SumsVerdict verdict =
      CompareSums({{"a", {{"t", Sum("2", "7", "q1")}}}, {"b", {{"t", Sum("2", "8", "q2")}}}});
  EXPECT_EQ(verdict.again.count("t"), 1U);
}

TEST(CompareSums, ATableThatOneNodeLacksIsReadAgain) {
  const SumsVerdict verdict = CompareSums({{"a", {{"t", Sum("2", "7")}}}, {"b", {}}});
  EXPECT_EQ(verdict.again.count("t"), 1U);
}

TEST(CompareObjects, NamesWhatDiffersOrIsMissing) {
  const auto differences =
      CompareObjects({{"a", {{"view v", "x"}, {"view w", "y"}}}, {"b", {{"view v", "z"}}}});
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].what, "view v");
  EXPECT_EQ(differences[1].values.at("b"), "(not there)");
}

TEST(WithoutCounter, RemovesTheCounterOnly) {
  EXPECT_EQ(WithoutCounter("CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB AUTO_INCREMENT=17 "
                           "DEFAULT CHARSET=utf8mb4"),
            "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
  const std::string comment =
      "CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=3'\n) ENGINE=InnoDB";
  EXPECT_EQ(WithoutCounter(comment), comment);
}

}  // namespace
}  // namespace borealis::verify
