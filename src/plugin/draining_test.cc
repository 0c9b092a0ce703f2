#include "plugin/draining.h"

#include <gtest/gtest.h>

namespace borealis::plugin {
namespace {

TEST(Draining, ConnectionsCloseBehindTransactionsFirst) {
  for (const char* sql : {"COMMIT", "rollback", "/* app */ COMMIT WORK;"}) {
    EXPECT_TRUE(ClosesBehind(DrainPhase::kTransactions, "Query", sql)) << sql;
    EXPECT_FALSE(ClosesBehind(DrainPhase::kNone, "Query", sql)) << sql;
  }
  for (const char* sql : {"INSERT INTO t VALUES (1)", "SELECT * FROM t", ""}) {
    EXPECT_FALSE(ClosesBehind(DrainPhase::kTransactions, "Query", sql)) << sql;
  }
}

TEST(Draining, ThenBehindStatementsThatWork) {
  for (const char* sql : {"INSERT INTO t VALUES (1)", "SELECT a FROM t", "COMMIT", "CALL p()"}) {
    EXPECT_TRUE(ClosesBehind(DrainPhase::kStatements, "Query", sql)) << sql;
    EXPECT_TRUE(ClosesBehind(DrainPhase::kStatements, "Execute", sql)) << sql;
  }
}

TEST(Draining, NeverBehindWhatPoolsTryAConnectionWith) {
  for (const char* sql : {"SELECT 1", "select @@version", "SHOW STATUS", "SET autocommit=1",
                          "SET NAMES utf8mb4", "USE app", "", "  "}) {
    EXPECT_FALSE(ClosesBehind(DrainPhase::kStatements, "Query", sql)) << sql;
  }
  EXPECT_FALSE(ClosesBehind(DrainPhase::kStatements, "Ping", "INSERT INTO t VALUES (1)"));
  EXPECT_FALSE(ClosesBehind(DrainPhase::kStatements, "Prepare", "INSERT INTO t VALUES (1)"));
}

TEST(Draining, NotWhileAnswersOfTheSameTextAreOutstanding) {
  EXPECT_FALSE(ClosesBehind(DrainPhase::kStatements, "Query", "COMMIT; SELECT a FROM t"));
  EXPECT_TRUE(ClosesBehind(DrainPhase::kStatements, "Query", "UPDATE t SET a = ';'; "));
}

TEST(Draining, EndsByItselfWhenNobodySaysSoAgain) {
  Draining draining;
  EXPECT_FALSE(draining.Expires(1'000'000));
  draining.Set(DrainPhase::kTransactions, 1'000);
  EXPECT_EQ(draining.phase(), DrainPhase::kTransactions);
  EXPECT_FALSE(draining.Expires(1'000 + kDrainHoldMs - 1));
  draining.Set(DrainPhase::kStatements, 2'000);
  EXPECT_FALSE(draining.Expires(1'000 + kDrainHoldMs));
  EXPECT_TRUE(draining.Expires(2'000 + kDrainHoldMs));
  EXPECT_EQ(draining.phase(), DrainPhase::kNone);
  EXPECT_FALSE(draining.Expires(2'000 + kDrainHoldMs));
}

}  // namespace
}  // namespace borealis::plugin
