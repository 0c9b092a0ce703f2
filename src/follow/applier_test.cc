#include "follow/applier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace borealis::follow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Remembers what it was asked; answers as told.
class FakeSession : public Session {
 public:
  Result<Rows> Query(const std::string& sql) override {
    error_ = 0;
    if (sql == "SELECT ROW_COUNT()") return Rows{{moved ? "1" : "0"}};
    if (sql.starts_with("SELECT log_file")) return row;
    if (sql.starts_with("SELECT 1")) return Rows{{"1"}};
    if (sql.starts_with("SET NAMES") || sql.starts_with("SET SESSION")) return Rows{};
    asked.push_back(sql);
    for (const auto& [start, error] : failing) {
      if (!sql.starts_with(start)) continue;
      error_ = error;
      return Status(Code::kInternal, "refused");
    }
    return Rows{};
  }
  unsigned error() const override { return error_; }
  std::string Quote(const std::string& text) override { return "'" + text + "'"; }

  std::vector<std::string> asked;
  std::map<std::string, unsigned> failing;
  Rows row;
  bool moved = true;

 private:
  unsigned error_ = 0;
};

std::string MoveTo(uint64_t offset) {
  return "UPDATE borealis.followed_sources SET log_file = 'b.1', log_offset = " +
         std::to_string(offset) + ", changing_file = NULL";
}

class ApplierTest : public ::testing::Test {
 protected:
  // Over a session that finds the source at b.1:100.
  Applier& Loaded(Doubt doubt = Doubt::kAsk, const std::string& changing = "") {
    session_.row = {
        {"b.1", "100", changing.empty() ? "" : "b.1", changing.empty() ? "0" : changing}};
    applier_.emplace(session_, ApplierOptions{.name = "src", .doubt = doubt});
    const auto position = applier_->Load();
    CHECK_OK(position);
    EXPECT_EQ(**position, (SourcePosition{"b.1", 100}));
    return *applier_;
  }
  Status Apply(const std::string& statement, uint64_t end, bool more = false) {
    return applier_->Apply({statement, {"b.1", end}}, more);
  }
  void Transaction(const std::string& rows, uint64_t end, bool more = false) {
    CHECK_OK(Apply("START TRANSACTION", end - 20));
    CHECK_OK(Apply("BINLOG '" + rows + "'", end - 10));
    CHECK_OK(Apply("COMMIT", end, more));
  }

  FakeSession session_;
  std::optional<Applier> applier_;
};

TEST_F(ApplierTest, ThePositionMovesInTheTransactionOfTheRows) {
  Loaded();
  Transaction("r", 200);
  EXPECT_THAT(session_.asked,
              ElementsAre("START TRANSACTION", "BINLOG 'r'", StartsWith(MoveTo(200)), "COMMIT"));
  EXPECT_THAT(session_.asked[2],
              HasSubstr("WHERE name = 'src' AND log_file = 'b.1' AND log_offset = 100"));
  EXPECT_EQ(applier_->position().offset, 200U);
}

TEST_F(ApplierTest, TransactionsThatWaitTogetherBecomeOne) {
  Loaded();
  Transaction("a", 200, true);
  Transaction("b", 300, true);
  Transaction("c", 400, false);
  EXPECT_THAT(session_.asked, ElementsAre("START TRANSACTION", "BINLOG 'a'", "BINLOG 'b'",
                                          "BINLOG 'c'", StartsWith(MoveTo(400)), "COMMIT"));
  EXPECT_EQ(applier_->figures().transactions, 3U);
  EXPECT_EQ(applier_->figures().commits, 1U);
}

TEST_F(ApplierTest, AGroupIsBounded) {
  Loaded();
  for (uint64_t i = 1; i <= 200; ++i) Transaction("r", 100 + 50 * i, true);
  EXPECT_EQ(applier_->figures().commits, 200U / 64);
  ASSERT_TRUE(applier_->Flush().ok());
  EXPECT_EQ(applier_->position().offset, 100U + 50 * 200);
}

TEST_F(ApplierTest, ADefinitionIsNotedRunAndThenPassed) {
  Loaded();
  Transaction("a", 200, true);
  ASSERT_TRUE(Apply("CREATE TABLE t (a INT)", 300).ok());
  EXPECT_THAT(
      session_.asked,
      ElementsAre("START TRANSACTION", "BINLOG 'a'", StartsWith(MoveTo(200)), "COMMIT",
                  HasSubstr("log_offset = 200, changing_file = 'b.1', changing_offset = 300"),
                  "CREATE TABLE t (a INT)", StartsWith(MoveTo(300))));
}

TEST_F(ApplierTest, OneThatWasUnderWayIsRepeatedAndMayFindItselfDone) {
  Loaded(Doubt::kAsk, "300");
  session_.failing = {{"CREATE TABLE", 1050}};
  EXPECT_TRUE(Apply("CREATE TABLE t (a INT)", 300).ok());
  EXPECT_EQ(applier_->position().offset, 300U);
  // Only once.
  EXPECT_FALSE(Apply("CREATE TABLE t (a INT)", 400).ok());
}

TEST_F(ApplierTest, AnotherErrorOfARepeatedOneIsAnError) {
  Loaded(Doubt::kAsk, "300");
  session_.failing = {{"CREATE TABLE", 1064}};
  EXPECT_FALSE(Apply("CREATE TABLE t (a INT)", 300).ok());
}

TEST_F(ApplierTest, WhatCantBeRepeatedIsAskedAbout) {
  Loaded(Doubt::kAsk, "300");
  const Status asked = Apply("ALTER TABLE t ADD INDEX (a)", 300);
  EXPECT_EQ(asked.code(), Code::kInvalidArgument);
  EXPECT_THAT(asked.message(), HasSubstr("--in-doubt="));
  session_.asked.clear();
  Loaded(Doubt::kDone, "300");
  EXPECT_TRUE(Apply("ALTER TABLE t ADD INDEX (a)", 300).ok());
  EXPECT_THAT(session_.asked, ElementsAre(StartsWith(MoveTo(300))));
  session_.asked.clear();
  Loaded(Doubt::kAgain, "300");
  EXPECT_TRUE(Apply("ALTER TABLE t ADD INDEX (a)", 300).ok());
  EXPECT_THAT(session_.asked, ElementsAre("ALTER TABLE t ADD INDEX (a)", StartsWith(MoveTo(300))));
}

TEST_F(ApplierTest, ATableMadeFromASelectIsItsDefinitionAndThenItsRows) {
  Loaded();
  CHECK_OK(Apply("START TRANSACTION", 150));
  CHECK_OK(Apply("CREATE TABLE c (a INT)", 200));
  CHECK_OK(Apply("BINLOG 'rows'", 250));
  CHECK_OK(Apply("COMMIT", 300));
  EXPECT_THAT(session_.asked,
              ElementsAre("START TRANSACTION", "ROLLBACK", HasSubstr("changing_offset = 200"),
                          "CREATE TABLE c (a INT)", "START TRANSACTION", "BINLOG 'rows'",
                          StartsWith(MoveTo(300)), "COMMIT"));
}

TEST_F(ApplierTest, AnotherThatFollowsTheSameSourceIsFound) {
  Loaded();
  session_.moved = false;
  CHECK_OK(Apply("START TRANSACTION", 150));
  EXPECT_EQ(Apply("COMMIT", 200).code(), Code::kConflict);
  EXPECT_EQ(applier_->position().offset, 100U);
}

TEST_F(ApplierTest, WhatTheSourceRolledBackIsNotKept) {
  Loaded();
  CHECK_OK(Apply("START TRANSACTION", 150));
  CHECK_OK(Apply("BINLOG 'r'", 180));
  CHECK_OK(Apply("ROLLBACK", 200));
  EXPECT_THAT(session_.asked,
              ElementsAre("START TRANSACTION", "BINLOG 'r'", "ROLLBACK", StartsWith(MoveTo(200))));
  Transaction("a", 300, true);
  CHECK_OK(Apply("START TRANSACTION", 350));
  EXPECT_EQ(Apply("ROLLBACK", 400).code(), Code::kConflict);  // grouped: read again
}

TEST_F(ApplierTest, ASourceThatLogsStatementsIsRefused) {
  Loaded();
  CHECK_OK(Apply("START TRANSACTION", 150));
  const Status refused = Apply("INSERT INTO t VALUES (RAND())", 200);
  EXPECT_EQ(refused.code(), Code::kUnsupported);
  EXPECT_THAT(refused.message(), HasSubstr("binlog_format"));
}

TEST_F(ApplierTest, ANewSourceBeginsWhereItIsTold) {
  applier_.emplace(session_, ApplierOptions{.name = "src"});
  EXPECT_FALSE((*applier_->Load()).has_value());
  EXPECT_THAT(session_.asked, IsEmpty());
  ASSERT_TRUE(applier_->Begin({"b.7", 4}).ok());
  EXPECT_EQ(applier_->position(), (SourcePosition{"b.7", 4}));
  session_.failing = {{"INSERT", 1062}};
  EXPECT_EQ(applier_->Begin({"b.7", 4}).code(), Code::kAlreadyExists);
}

}  // namespace
}  // namespace borealis::follow
