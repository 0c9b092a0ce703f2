#include "plugin/text_rules.h"

#include <gtest/gtest.h>

#include "plugin/fault_text.h"

namespace borealis::plugin {
namespace {

TextFacts Ordinary() {
  TextFacts facts;
  facts.session.increment = facts.session.node_increment = 16;
  facts.session.offset = facts.session.node_offset = 3;
  return facts;
}

// The part of the text that must not run; empty: all of it may.
std::string Refused(std::string_view sql, const TextFacts& facts = Ordinary()) {
  const auto found = CheckText(sql, facts);
  return found ? std::string(sql.substr(found->begin, found->end - found->begin)) : std::string();
}

TEST(TextRules, SettingsThatBreakAPromiseAreRefusedInAnySpelling) {
  for (const char* sql : {"SET wsrep_OSU_method=RSU",
                          "set session wsrep_osu_method = 'rsu'",
                          "SET @@wsrep_OSU_method := 1",
                          "SET @@session.`wsrep_OSU_method`=\"RSU\"",
                          "SET @a=1, wsrep_OSU_method=RSU",
                          "/*!50000 SET wsrep_OSU_method=RSU */",
                          "SET /* x */ local innodb_snapshot_isolation=OFF",
                          "SET innodb_snapshot_isolation=0",
                          "SET tx_isolation='SERIALIZABLE'",
                          "SET transaction_isolation=SERIALIZABLE",
                          "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                          "SET TRANSACTION READ WRITE, ISOLATION LEVEL SERIALIZABLE",
                          "SET auto_increment_increment=1",
                          "SET auto_increment_offset=7",
                          "SET wsrep_trx_fragment_size=1",
                          "SET wsrep_trx_fragment_unit=rows, wsrep_trx_fragment_size=5",
                          "SET STATEMENT wsrep_OSU_method=RSU FOR ALTER TABLE t ADD c INT",
                          "SET STATEMENT max_statement_time=1, auto_increment_increment=1 FOR "
                          "INSERT INTO t VALUES ()",
                          "PREPARE p FROM 'SET wsrep_OSU_method=''RSU'''",
                          "EXECUTE IMMEDIATE \"SET innodb_snapshot_isolation=OFF\""}) {
    EXPECT_NE(Refused(sql), "") << sql;
  }
}

TEST(TextRules, OtherSettingsAndHarmlessValuesPass) {
  for (const char* sql : {"SET wsrep_OSU_method=TOI",
                          "SET innodb_snapshot_isolation=ON",
                          "SET @wsrep_OSU_method='RSU'",
                          "SET @x = 'SET wsrep_OSU_method=RSU'",
                          "SET NAMES utf8mb4",
                          "SET autocommit=0",
                          "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
                          "SET SESSION TRANSACTION READ ONLY",
                          "SET auto_increment_increment=16",
                          "SET auto_increment_offset=DEFAULT",
                          "SET wsrep_trx_fragment_size=1048576",
                          "SET PASSWORD = PASSWORD('SERIALIZABLE')",
                          "SET sql_mode=CONCAT(@@sql_mode, ',x')",
                          "SET STATEMENT max_statement_time=5 FOR SELECT 1",
                          "SET GLOBAL tx_isolation=SERIALIZABLE",
                          "INSERT INTO t VALUES ('; SET wsrep_OSU_method=RSU')",
                          "SELECT 1 -- ; SET wsrep_OSU_method=RSU",
                          "UPDATE t SET tx_isolation='SERIALIZABLE'",
                          "SELECT * FROM t FOR UPDATE; SET @a = 1",
                          ""}) {
    EXPECT_EQ(Refused(sql), "") << sql;
  }
}

TEST(TextRules, ATableIsNotHeldOpen) {
  for (const char* sql : {"HANDLER t OPEN", "handler db.t open as h",
                          "SELECT 1; HANDLER `a b` OPEN", "PREPARE p FROM 'HANDLER t OPEN'"}) {
    EXPECT_NE(Refused(sql), "") << sql;
  }
  for (const char* sql : {"HANDLER t READ FIRST", "HANDLER open CLOSE", "HANDLER t READ open FIRST",
                          "SELECT 'HANDLER t OPEN'",
                          "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 OPEN c; END"}) {
    EXPECT_EQ(Refused(sql), "") << sql;
  }
}

TEST(TextRules, OnlyTheStatementItselfIsTakenOutOfAText) {
  EXPECT_EQ(Refused("INSERT INTO t VALUES (1); SET wsrep_OSU_method=RSU ; SELECT 2"),
            "SET wsrep_OSU_method=RSU");
  EXPECT_EQ(Refused("SELECT ';' ; SELECT `;` ; ALTER TABLE t ENGINE=MyISAM"),
            "ALTER TABLE t ENGINE=MyISAM");
  EXPECT_EQ(Refused("BEGIN; SET tx_isolation=3; COMMIT"), "SET tx_isolation=3");
  EXPECT_EQ(Refused("/*!50000 SET tx_isolation=3 */"), "SET tx_isolation=3");
  EXPECT_EQ(Refused("SELECT 1; /*!50000 SET tx_isolation=3 */;"), "SET tx_isolation=3");
}

TEST(TextRules, ARoutineIsRefusedWhole) {
  constexpr char kProcedure[] =
      "CREATE DEFINER=`a`@`%` PROCEDURE p() BEGIN IF 1 THEN SET wsrep_OSU_method=RSU; END IF; END";
  EXPECT_EQ(Refused(kProcedure), kProcedure);
  constexpr char kEvent[] =
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET SESSION innodb_snapshot_isolation=OFF";
  EXPECT_EQ(Refused(kEvent), kEvent);
  constexpr char kBlock[] = "BEGIN NOT ATOMIC ALTER TABLE t ENGINE=Aria; END";
  EXPECT_EQ(Refused(kBlock), kBlock);
  EXPECT_EQ(Refused("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = UUID()"), "");
}

TEST(TextRules, AnAdministratorIsRefusedOnlyWhatDependsOnTheServer) {
  TextFacts facts = Ordinary();
  facts.ordinary = false;
  EXPECT_EQ(Refused("SET wsrep_OSU_method=RSU", facts), "");
  EXPECT_EQ(Refused("CREATE TABLE t (a INT) ENGINE=MyISAM", facts), "");
  EXPECT_EQ(Refused("INSTALL SONAME 'x'", facts), "");
  EXPECT_NE(Refused("ALTER TABLE t ADD id INT AUTO_INCREMENT PRIMARY KEY", facts), "");
}

TEST(TextRules, ASessionThatWasMadeUnfitCanOnlyBePutRight) {
  TextFacts facts = Ordinary();
  facts.session.schema_upgrade = SchemaUpgrade::kRolling;  // by a procedure, say
  EXPECT_EQ(Refused("ALTER TABLE t ADD c INT", facts), "ALTER TABLE t ADD c INT");
  EXPECT_EQ(Refused("DROP TABLE t", facts), "DROP TABLE t");
  EXPECT_EQ(Refused("SET @a=1", facts), "SET @a=1");
  EXPECT_EQ(Refused("ROLLBACK", facts), "");
  EXPECT_EQ(Refused("SET wsrep_OSU_method=TOI", facts), "");
  EXPECT_EQ(Refused("SET wsrep_OSU_method=DEFAULT; DROP TABLE t", facts), "");
}

TEST(TextRules, TheSessionsDefaultEngineCounts) {
  TextFacts facts = Ordinary();
  facts.default_engine = "MEMORY";
  EXPECT_NE(Refused("CREATE TABLE t SELECT 1", facts), "");
  EXPECT_NE(Refused("CREATE TABLE t (a INT)", facts), "");
  EXPECT_EQ(Refused("CREATE TABLE t (a INT) ENGINE=InnoDB", facts), "");
  EXPECT_EQ(Refused("CREATE TEMPORARY TABLE t (a INT)", facts), "");
  EXPECT_EQ(Refused("CREATE VIEW v AS SELECT 1", facts), "");
}

TEST(TextRules, ADefinitionIsNotInterrupted) {
  TextFacts facts = Ordinary();
  facts.session.has_statement_timeout = true;
  EXPECT_NE(Refused("DROP TABLE t", facts), "");
  EXPECT_NE(Refused("SELECT 1; ALTER TABLE t FORCE", facts), "");
  EXPECT_EQ(Refused("SELECT * FROM t", facts), "");
  EXPECT_EQ(Refused("SET STATEMENT max_statement_time=0 FOR ALTER TABLE t FORCE", facts), "");
  EXPECT_NE(Refused("SET STATEMENT max_statement_time=1 FOR ALTER TABLE t FORCE"), "");
  EXPECT_TRUE(ChangesDefinitions("SELECT 1; drop table t", true));
  EXPECT_TRUE(ChangesDefinitions("SET STATEMENT a=1 FOR ALTER TABLE t FORCE", true));
  EXPECT_FALSE(ChangesDefinitions("INSERT INTO t VALUES ('; DROP TABLE t')", true));
  EXPECT_EQ(KillTarget("KILL 12"), 12u);
  EXPECT_EQ(KillTarget("kill hard query 12"), 12u);
  EXPECT_EQ(KillTarget("KILL USER x"), std::nullopt);
  EXPECT_EQ(KillTarget("SELECT 12"), std::nullopt);
}

// Of these the other rules say nothing, so they need not be asked.
TEST(TextRules, WhatOnlyTouchesRowsIsFoundAtOnce) {
  for (const char* sql :
       {"SELECT 1", " select v FROM t WHERE id = 1 ; ", "/* x */ INSERT INTO t VALUES (1);\r\n",
        "/*!50000 UPDATE t SET a = 1 */", "-- ; x\nDELETE FROM t", "COMMIT", "rollback to s",
        "WITH a AS (SELECT 1) SELECT * FROM a", "REPLACE INTO t VALUES ('KILL')"}) {
    EXPECT_TRUE(OnlyTouchesRows(sql)) << sql;
    EXPECT_EQ(Refused(sql), "") << sql;
    EXPECT_TRUE(FindFaults(sql, true).empty()) << sql;
    EXPECT_FALSE(ChangesDefinitions(sql, true)) << sql;
    EXPECT_EQ(KillTarget(sql), std::nullopt) << sql;
  }
  for (const char* sql :
       {"SELECT 1; ALTER SYSTEM CRASH", "SELECT 1;;KILL 1", "SELECT 1;/* */SET sql_log_bin=0",
        "SELECT ';'", "SET @a = 1", "KILL 1", "BEGIN", "SHOW VOLUME STATUS", "SELECTED", "", ";",
        "`SELECT`", "'SELECT'", "(SELECT 1)", "/* SELECT */ DROP TABLE t"}) {
    EXPECT_FALSE(OnlyTouchesRows(sql)) << sql;
  }
}

TEST(TextRules, StatementsThatMakeTablesAreKnown) {
  EXPECT_TRUE(CreatesTable("CREATE TABLE t SELECT 1"));
  EXPECT_FALSE(CreatesTable("/* CREATE */ INSERT INTO t VALUES (1)"));
}

}  // namespace
}  // namespace borealis::plugin
