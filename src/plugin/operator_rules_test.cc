#include "plugin/operator_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/testing.h"

namespace borealis::plugin {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

bool Refused(std::string_view text, const std::vector<DefinedName>& names = {{"mysql", ""}},
             std::string_view database = "app") {
  return CheckOperatorSchemas(Tokenize(text), database, names).has_value();
}

TEST(OperatorRules, TablesOfTheOperatorsSchemasAreFoundByTheServersNames) {
  EXPECT_TRUE(Refused("DROP TABLE t", {{"mysql", "global_priv"}}));
  EXPECT_TRUE(Refused("RENAME TABLE a.x TO b.y", {{"a", "x"}, {"BOREALIS", "commit_tokens"}}));
  EXPECT_TRUE(Refused("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a = 1",
                      {{"mysql", ""}, {"sys", "sys_config"}}));
  EXPECT_FALSE(Refused("DROP TABLE t", {{"app", "t"}}));
  EXPECT_FALSE(Refused("ANALYZE TABLE mysql.proc", {{"mysql", "proc"}}));
  EXPECT_FALSE(Refused("FLUSH TABLES mysql.proc", {{"mysql", "proc"}}));
}

TEST(OperatorRules, WhatHasNoTableIsFoundByItsName) {
  for (const char* text :
       {"CREATE PROCEDURE mysql.p() SELECT 1", "DROP DATABASE borealis", "ALTER SCHEMA `sys` x",
        "CREATE OR REPLACE DEFINER=event@'%' FUNCTION borealis_admin.f() RETURNS INT RETURN 1",
        "CREATE DEFINER=CURRENT_USER VIEW Sys.v AS SELECT 1", "DROP VIEW app.a, mysql.b",
        "DROP PROCEDURE IF EXISTS borealis.note_commit", "ALTER EVENT app.e RENAME TO mysql.e",
        "SET STATEMENT lock_wait_timeout=1 FOR DROP FUNCTION borealis.f"}) {
    EXPECT_TRUE(Refused(text)) << text;
  }
  EXPECT_TRUE(Refused("CREATE PROCEDURE p() SELECT 1", {{"mysql", ""}}, "borealis"));
  for (const char* text :
       {"CREATE PROCEDURE p() CALL borealis.note_commit(1)", "DROP VIEW a, b",
        "CREATE VIEW app.v AS SELECT * FROM mysql.user", "CREATE USER a@b", "FLUSH PRIVILEGES",
        "GRANT SELECT ON mysql.* TO a@b", "CREATE DATABASE mysql2"}) {
    EXPECT_FALSE(Refused(text)) << text;
  }
}

std::vector<AccountName> In(std::string_view text) {
  return AccountsIn(Tokenize(text), text, true);
}

TEST(OperatorRules, AccountsAreFoundHoweverTheyAreWritten) {
  const AccountName root{"root", "localhost"};
  for (const char* text :
       {"ALTER USER root@localhost IDENTIFIED BY 'x'", "DROP USER 'root'@'localhost'",
        "RENAME USER `root`@localhost TO me@'%'", "SET PASSWORD FOR 'r\\oot' @ localhost = 'x'",
        "GRANT SELECT ON *.* TO a@b, root/**/@/**/localhost",
        "SET @a = 1, PASSWORD FOR root@localhost = ''", "CREATE OR REPLACE USER root@localhost",
        "SET STATEMENT sql_mode='' FOR ALTER USER root@localhost ACCOUNT LOCK",
        "REVOKE SELECT ON *.* FROM \"root\"@`localhost`", "CREATE ROLE r WITH ADMIN root@localhost",
        "/*!50000 ALTER USER root@localhost */"}) {
    EXPECT_THAT(In(text), Contains(root)) << text;
  }
  EXPECT_THAT(In("ALTER USER dba IDENTIFIED BY 'x'"), Contains(AccountName{"dba", "%"}));
  EXPECT_THAT(In("DROP USER dba@10.0.0.1"), Contains(AccountName{"dba", "10.0.0.1"}));
}

TEST(OperatorRules, OtherStatementsNameNoAccounts) {
  EXPECT_THAT(In("CREATE DEFINER=root@localhost PROCEDURE p() SELECT 1"), IsEmpty());
  EXPECT_THAT(In("DROP TABLE root"), IsEmpty());
  EXPECT_THAT(In("FLUSH PRIVILEGES"), IsEmpty());
}

class Lookup : public AccountLookup {
 public:
  bool IsOperators(const AccountName& account) const override {
    return account == AccountName{"root", "localhost"} || account == AccountName{"chief", ""};
  }
  AccountName Own() const override { return {"me", "%"}; }
  bool MayNameDefiners() const override { return may_name; }
  std::string_view ClientCharset() const override { return charset; }
  bool may_name = false;
  std::string_view charset = "utf8mb4";
};

bool Denied(std::string_view text, std::string_view charset = "utf8mb4") {
  Lookup lookup;
  lookup.charset = charset;
  return CheckAccounts(Tokenize(text), text, true, lookup).has_value();
}

TEST(OperatorRules, TheOperatorsAccountsAndRolesCantBeChanged) {
  EXPECT_TRUE(Denied("ALTER USER me@'%' IDENTIFIED BY 'x', root@localhost IDENTIFIED BY 'x'"));
  EXPECT_TRUE(Denied("DROP ROLE chief"));
  EXPECT_TRUE(Denied("GRANT chief TO me"));
  EXPECT_TRUE(Denied("DROP USER 'borealis.sys'@localhost"));
  EXPECT_TRUE(Denied("ALTER USER 'mariadb.sys'@localhost ACCOUNT UNLOCK"));
  EXPECT_FALSE(Denied("ALTER USER root@'10.%' IDENTIFIED BY 'x'"));
  EXPECT_FALSE(Denied("CREATE USER borealis IDENTIFIED BY 'root@localhost'"));
}

TEST(OperatorRules, CharacterSetsThatHideQuotesAreRefused) {
  EXPECT_TRUE(Denied("ALTER USER '\xbf\\', root -- '", "gbk"));
  EXPECT_FALSE(Denied("ALTER USER a", "gbk"));
  EXPECT_FALSE(Denied("ALTER USER '\xc3\xa4'", "utf8mb4"));
  EXPECT_FALSE(Denied("CREATE TABLE t (a INT COMMENT '\xbf\\')", "gbk"));
}

TEST(OperatorRules, DropFunctionIsKnown) {
  EXPECT_TRUE(DropsFunction("drop /* x */ function if exists f"));
  EXPECT_TRUE(DropsFunction("SET STATEMENT max_statement_time=0 FOR DROP FUNCTION f"));
  EXPECT_FALSE(DropsFunction("INSERT INTO mysql.func VALUES ('DROP FUNCTION', `drop`, function)"));
}

bool ForAnother(std::string_view text, bool may_name = false) {
  Lookup lookup;
  lookup.may_name = may_name;
  return CheckDefiner(Tokenize(text), text, true, lookup).has_value();
}

TEST(OperatorRules, WhatRunsRunsAsTheOneWhoMadeIt) {
  for (const char* text :
       {"CREATE DEFINER=root@localhost EVENT e ON SCHEDULE EVERY 1 DAY DO x",
        "CREATE OR REPLACE DEFINER = `root`@'localhost' VIEW v AS SELECT 1",
        "CREATE ALGORITHM=MERGE DEFINER=root@localhost SQL SECURITY DEFINER VIEW v AS SELECT 1",
        "ALTER DEFINER=chief EVENT e COMMENT 'x'", "CREATE DEFINER='me'@'other' PROCEDURE p() x",
        "SET STATEMENT sql_mode='' FOR ALTER DEFINER='a'@b VIEW v AS SELECT 1"}) {
    EXPECT_TRUE(ForAnother(text)) << text;
    EXPECT_FALSE(ForAnother(text, true)) << text;
  }
  for (const char* text :
       {"CREATE DEFINER=`me`@`%` EVENT e ON SCHEDULE EVERY 1 DAY DO x",
        "CREATE DEFINER=me VIEW v AS SELECT 1", "CREATE DEFINER=CURRENT_USER() EVENT e DO SELECT 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "CREATE TABLE t (definer INT DEFAULT 1)"}) {
    EXPECT_FALSE(ForAnother(text)) << text;
  }
}

}  // namespace
}  // namespace borealis::plugin
