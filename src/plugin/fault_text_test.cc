#include "plugin/fault_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(std::string_view sql, bool backslash_escapes = true) {
  std::vector<std::string> texts;
  for (const FaultStatement& fault : FindFaults(sql, backslash_escapes)) {
    texts.emplace_back(sql.substr(fault.begin, fault.end - fault.begin));
  }
  return texts;
}

TEST(FaultText, AStatementIsFoundAloneAndAmongOthers) {
  EXPECT_THAT(Found("ALTER SYSTEM CRASH"), ElementsAre("ALTER SYSTEM CRASH"));
  EXPECT_THAT(Found("  alter\n system\tcrash ; "), ElementsAre("alter\n system\tcrash"));
  EXPECT_THAT(Found("INSERT INTO t VALUES (';'); ALTER SYSTEM CRASH NODE; SELECT 1"),
              ElementsAre("ALTER SYSTEM CRASH NODE"));
  EXPECT_THAT(Found("BEGIN; SELECT 1; COMMIT; SHOW VOLUME STATUS; ALTER SYSTEM CRASH"),
              ElementsAre("SHOW VOLUME STATUS", "ALTER SYSTEM CRASH"));
  EXPECT_THAT(Found("SELECT IF(1, 2, 3), REPEAT('x', 3); ALTER SYSTEM CRASH"),
              ElementsAre("ALTER SYSTEM CRASH"));
}

TEST(FaultText, AMalformedOneIsFoundAsARefusal) {
  const auto found = FindFaults("SELECT 1; ALTER SYSTEM CRASH, INSTANCE", true);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Refusal>(found[0].meaning));
}

TEST(FaultText, CommentsMayBeAnywhere) {
  EXPECT_THAT(Found("/* a; */ ALTER/**/SYSTEM # x\n CRASH -- ; y\n"),
              ElementsAre("ALTER/**/SYSTEM # x\n CRASH"));
  EXPECT_THAT(Found("/*!50000 ALTER SYSTEM CRASH */; SELECT 1"), ElementsAre("ALTER SYSTEM CRASH"));
  EXPECT_THAT(Found("ALTER /*!50000 SYSTEM */ CRASH"),
              ElementsAre("ALTER /*!50000 SYSTEM */ CRASH"));
  // What would be left of the comment's marks could not be parsed.
  EXPECT_THAT(Found("/*! ALTER SYSTEM */ CRASH; ALTER SYSTEM CRASH /*! NODE */"), IsEmpty());
}

TEST(FaultText, WordsInsideOfSomethingElseAreNothing) {
  for (const char* sql :
       {"SELECT 'ALTER SYSTEM CRASH'", "SELECT \"; ALTER SYSTEM CRASH\"",
        "SELECT '\\'; ALTER SYSTEM CRASH; -- '", "SELECT 1 -- ; ALTER SYSTEM CRASH",
        "/* ; ALTER SYSTEM CRASH ; */ SELECT 1", "SELECT 1 # ; ALTER SYSTEM CRASH",
        "SELECT `; ALTER SYSTEM CRASH;`", "/*!99999 ALTER SYSTEM CRASH */",
        "PREPARE p FROM 'ALTER SYSTEM CRASH'", "EXECUTE IMMEDIATE 'ALTER SYSTEM CRASH'",
        "EXPLAIN ALTER SYSTEM CRASH", "INSERT INTO t VALUES ('ALTER SYSTEM CRASH'); COMMIT",
        "ALTER TABLE t COMMENT 'ALTER SYSTEM CRASH'", ""}) {
    EXPECT_THAT(Found(sql), IsEmpty()) << sql;
  }
}

TEST(FaultText, ABackslashEscapesOnlyWhereTheSessionSaysSo) {
  const char* sql = "SELECT '\\'; ALTER SYSTEM CRASH; -- '";
  EXPECT_THAT(Found(sql, true), IsEmpty());
  EXPECT_THAT(Found(sql, false), ElementsAre("ALTER SYSTEM CRASH"));
}

TEST(FaultText, BodiesAreLeftToTheServersParser) {
  for (const char* sql :
       {"CREATE PROCEDURE p() ALTER SYSTEM CRASH",
        "CREATE PROCEDURE p() BEGIN SELECT 1; ALTER SYSTEM CRASH; END",
        "CREATE DEFINER=a TRIGGER t AFTER INSERT ON x FOR EACH ROW BEGIN ALTER SYSTEM CRASH; END",
        "CREATE DEFINER=CURRENT_USER() FUNCTION f() RETURNS INT BEGIN ALTER SYSTEM CRASH; END",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DO 1; ALTER SYSTEM CRASH; END",
        "BEGIN NOT ATOMIC SELECT 1; ALTER SYSTEM CRASH; END",
        "IF 0 THEN ALTER SYSTEM CRASH; END IF", "IF 0 THEN DO 1; ALTER SYSTEM CRASH; END IF",
        "a: LOOP DO 1; ALTER SYSTEM CRASH; END LOOP",
        "SET STATEMENT max_statement_time=1 FOR BEGIN NOT ATOMIC DO 1; ALTER SYSTEM CRASH; END",
        "SET STATEMENT max_statement_time=1 FOR ALTER SYSTEM CRASH"}) {
    EXPECT_THAT(Found(sql), IsEmpty()) << sql;
  }
}

TEST(FaultText, ManyTokensAreNoProblem) {
  std::string sql = "SELECT 0";
  for (int i = 0; i < 10'000; ++i) sql += ", 1";
  EXPECT_THAT(Found(sql + "; ALTER SYSTEM CRASH"), ElementsAre("ALTER SYSTEM CRASH"));
  EXPECT_EQ(Found("ALTER SYSTEM CRASH" + sql).size(), 1u);
}

}  // namespace
}  // namespace borealis::plugin
