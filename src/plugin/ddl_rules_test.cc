#include "plugin/ddl_rules.h"

#include <gtest/gtest.h>

#include "plugin/testing.h"

namespace borealis::plugin {
namespace {

bool Foreign(std::string_view sql) { return CheckEngine(Tokenize(sql), "InnoDB").has_value(); }

TEST(DdlRules, OtherEnginesAreFound) {
  for (const char* sql :
       {"CREATE TABLE t (a INT) ENGINE=MyISAM", "CREATE TABLE t (a INT) engine memory",
        "CREATE TABLE t (a INT) ENGINE = 'aria' COMMENT='x'",
        "CREATE TABLE t ENGINE=CSV SELECT 1 a",
        "CREATE OR REPLACE TABLE IF NOT EXISTS d.t (a INT) ENGINE=`MEMORY` AS SELECT 1",
        "ALTER TABLE t ENGINE=MyISAM", "ALTER TABLE t ADD b INT, ENGINE=Aria",
        "ALTER TABLE t ENGINE=madeup", "CREATE TABLE t (a INT) TYPE=MyISAM",
        "CREATE TABLE t (a INT) PARTITION BY HASH(a) (PARTITION p ENGINE=MyISAM)",
        "CREATE TABLE t (a INT) WITH SYSTEM VERSIONING ENGINE=MyISAM"}) {
    EXPECT_TRUE(Foreign(sql)) << sql;
  }
}

TEST(DdlRules, InnodbAndNamesThatLookLikeEnginesPass) {
  for (const char* sql :
       {"CREATE TABLE t (a INT) ENGINE=InnoDB", "CREATE TABLE t (engine VARCHAR(9), type INT)",
        "ALTER TABLE t ADD engine VARCHAR(9)", "CREATE TABLE t (a INT CHECK (engine = 'x'))",
        "CREATE TEMPORARY TABLE t (a INT) ENGINE=MEMORY",
        "CREATE TABLE t AS SELECT * FROM information_schema.tables WHERE engine = 'MyISAM'",
        "CREATE TABLE t (a INT) COMMENT='ENGINE=MyISAM'", "CREATE TABLE t LIKE s",
        "CREATE TABLE t (a INT) PARTITION BY HASH(a) (PARTITION p ENGINE=InnoDB)"}) {
    EXPECT_FALSE(Foreign(sql)) << sql;
  }
}

TEST(DdlRules, FilesOfOneServerAreFound) {
  EXPECT_TRUE(CheckLocalFiles(Tokenize("INSTALL PLUGIN x SONAME 'y'")));
  EXPECT_TRUE(CheckLocalFiles(Tokenize("UNINSTALL SONAME 'y'")));
  EXPECT_TRUE(CheckLocalFiles(Tokenize("CREATE FUNCTION f RETURNS INT SONAME 'x.so'")));
  EXPECT_TRUE(CheckLocalFiles(Tokenize("ALTER TABLE t IMPORT TABLESPACE")));
  EXPECT_FALSE(CheckLocalFiles(Tokenize("CREATE FUNCTION f() RETURNS INT RETURN 1")));
  EXPECT_FALSE(CheckLocalFiles(Tokenize("ALTER TABLE t ADD x INT")));
}

TEST(DdlRules, RoutinesAreKnownByTheirHead) {
  EXPECT_TRUE(DefinesRoutine(Tokenize("CREATE OR REPLACE DEFINER=CURRENT_USER() PROCEDURE p() x")));
  EXPECT_TRUE(DefinesRoutine(Tokenize("CREATE DEFINER='a'@'%' TRIGGER t BEFORE INSERT ON x")));
  EXPECT_TRUE(DefinesRoutine(Tokenize("ALTER EVENT e DO SELECT 1")));
  EXPECT_FALSE(DefinesRoutine(Tokenize("CREATE TABLE event (a INT)")));
  EXPECT_FALSE(DefinesRoutine(Tokenize("CREATE VIEW v AS SELECT 1")));
}

}  // namespace
}  // namespace borealis::plugin
