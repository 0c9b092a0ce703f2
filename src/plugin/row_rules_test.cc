#include "plugin/row_rules.h"

#include <gtest/gtest.h>

#include "plugin/testing.h"

namespace borealis::plugin {
namespace {

bool Depends(std::string_view sql, bool whole_second = false) {
  return CheckNodeDependentChange(Tokenize(sql), whole_second).has_value();
}

TEST(RowRules, NumberingRowsWithoutAnOrderDependsOnTheServer) {
  EXPECT_TRUE(Depends("ALTER TABLE t ADD id INT AUTO_INCREMENT PRIMARY KEY"));
  EXPECT_TRUE(
      Depends("ALTER ONLINE TABLE a.b ADD COLUMN IF NOT EXISTS (id INT AUTO_INCREMENT KEY)"));
  EXPECT_TRUE(
      Depends("alter table `t` add x int, add id serial, add column y bigint auto_increment"));
  EXPECT_FALSE(Depends("ALTER TABLE t DROP PRIMARY KEY, ADD id INT AUTO_INCREMENT PRIMARY KEY"));
  EXPECT_FALSE(Depends("ALTER TABLE t MODIFY id INT NOT NULL AUTO_INCREMENT"));
  EXPECT_FALSE(Depends("ALTER TABLE t AUTO_INCREMENT=5"));
  EXPECT_FALSE(Depends("ALTER TABLE t ADD x INT COMMENT 'AUTO_INCREMENT'"));
}

TEST(RowRules, SerialIsAutoIncrement) {
  EXPECT_TRUE(Depends("ALTER TABLE t ADD id SERIAL"));
  EXPECT_TRUE(Depends("ALTER TABLE t ADD id BIGINT SERIAL DEFAULT VALUE"));
}

TEST(RowRules, DefaultsThatDifferPerServerAreFound) {
  for (const char* value :
       {"(UUID())", "uuid()", "(UUID_SHORT())", "(RAND())", "(1 + rand())", "(SYSDATE())",
        "(USER())", "CURRENT_USER", "(CURRENT_USER())", "(@a)", "(@@hostname)",
        "(CAST(SYS_GUID() AS CHAR))", "(HEX(RANDOM_BYTES(4)))", "(LASTVAL(s))",
        "(PREVIOUS VALUE FOR s)", "NOW(6)", "CURRENT_TIMESTAMP(3)", "(UTC_TIMESTAMP(6))",
        "(UNIX_TIMESTAMP(NOW(6)))"}) {
    EXPECT_TRUE(Depends(std::string("ALTER TABLE t ADD x VARCHAR(99) DEFAULT ") + value)) << value;
    EXPECT_TRUE(Depends(std::string("ALTER TABLE t ADD a INT, MODIFY x INT NOT NULL DEFAULT ") +
                        value + " COMMENT 'x' AFTER y"))
        << value;
  }
}

TEST(RowRules, DefaultsThatAreEqualEverywherePass) {
  for (const char* value : {"5", "'UUID()'", "(1 + 2)", "NOW()", "CURRENT_TIMESTAMP",
                            "CURRENT_TIMESTAMP(0)", "(UTC_TIMESTAMP())", "NULL", "NEXTVAL(s)",
                            "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP(6)"}) {
    EXPECT_FALSE(Depends(std::string("ALTER TABLE t ADD x VARCHAR(99) DEFAULT ") + value)) << value;
  }
}

TEST(RowRules, WhatTouchesNoRowPasses) {
  EXPECT_FALSE(Depends("ALTER TABLE t ALTER COLUMN x SET DEFAULT (UUID())"));
  EXPECT_FALSE(Depends("ALTER TABLE t ADD KEY (x), RENAME TO `user`, COMMENT='NOW(6)'"));
  EXPECT_FALSE(Depends("ALTER TABLE t ADD `default` INT, ADD uuid INT DEFAULT 1, ADD now INT"));
  EXPECT_FALSE(Depends("ALTER DATABASE d CHARACTER SET utf8mb4"));
  EXPECT_FALSE(Depends("ALTER USER u IDENTIFIED BY 'x'"));
}

TEST(RowRules, AWholeSecondMakesTimesEqual) {
  EXPECT_FALSE(Depends("ALTER TABLE t ADD x DATETIME(6) DEFAULT NOW(6)", true));
  EXPECT_FALSE(Depends("ALTER TABLE t ADD SYSTEM VERSIONING", true));
  EXPECT_TRUE(Depends("ALTER TABLE t ADD SYSTEM VERSIONING"));
  EXPECT_TRUE(Depends("ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME(a, b), ADD SYSTEM VERSIONING"));
  EXPECT_TRUE(Depends("ALTER TABLE t ADD x UUID DEFAULT UUID()", true));
}

TEST(RowRules, IgnoreKeepsAnyOfTwoRows) {
  EXPECT_TRUE(Depends("ALTER IGNORE TABLE t ADD UNIQUE (a)"));
}

TEST(RowRules, AQueryThatReplacesATableIsFound) {
  EXPECT_TRUE(CheckReplacingSelect(Tokenize("CREATE OR REPLACE TABLE d.t AS SELECT 1")));
  EXPECT_TRUE(CheckReplacingSelect(Tokenize("CREATE OR REPLACE TABLE t (a INT) (SELECT 1)")));
  EXPECT_FALSE(CheckReplacingSelect(Tokenize("CREATE OR REPLACE TABLE t (a INT)")));
  EXPECT_FALSE(CheckReplacingSelect(Tokenize("CREATE OR REPLACE TEMPORARY TABLE t SELECT 1")));
  EXPECT_FALSE(CheckReplacingSelect(Tokenize("CREATE TABLE t SELECT 1")));
  EXPECT_FALSE(CheckReplacingSelect(Tokenize("CREATE OR REPLACE VIEW v AS SELECT 1")));
}

TEST(RowRules, ChangesOfRoutinesInPlaceAreFound) {
  EXPECT_TRUE(CheckAlterRoutine(Tokenize("ALTER PROCEDURE d.p SQL SECURITY INVOKER")));
  EXPECT_TRUE(CheckAlterRoutine(Tokenize("alter function f comment 'x'")));
  EXPECT_FALSE(CheckAlterRoutine(Tokenize("ALTER TABLE `function` ADD a INT")));
}

TEST(RowRules, SequencesAreFound) {
  EXPECT_TRUE(CheckSequence(Tokenize("CREATE SEQUENCE s")));
  EXPECT_TRUE(CheckSequence(Tokenize("CREATE OR REPLACE SEQUENCE IF NOT EXISTS d.s NOCACHE")));
  EXPECT_TRUE(CheckSequence(Tokenize("CREATE TABLE s (a INT) SEQUENCE=1")));
  EXPECT_TRUE(CheckSequence(Tokenize("CREATE TEMPORARY SEQUENCE s")));
  EXPECT_FALSE(CheckSequence(Tokenize("CREATE TABLE sequence (sequence INT)")));
}

}  // namespace
}  // namespace borealis::plugin
