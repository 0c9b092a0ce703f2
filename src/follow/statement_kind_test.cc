#include "follow/statement_kind.h"

#include <gtest/gtest.h>

namespace borealis::follow {
namespace {

TEST(StatementKindTest, OfWhatTheProgramPrints) {
  using K = StatementKind;
  const std::pair<const char*, K> cases[] = {
      {"/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/", K::kSkip},
      {"/*!50003 SET @OLD_COMPLETION_TYPE=@@COMPLETION_TYPE,COMPLETION_TYPE=0*/", K::kSkip},
      {"/*M!100001 SET @@session.gtid_seq_no=1*/", K::kSkip},
      {"SET @@SESSION.GTID_NEXT= '3E11FA47-71CA-11E1-9E33-C80AA9429562:23'", K::kSkip},
      {"SET @@session.pseudo_thread_id=4", K::kSkip},
      {"SET @@session.auto_increment_increment=1, @@session.auto_increment_offset=1", K::kSkip},
      {"/*!\\C utf8mb4 */", K::kSkip},
      {"/*!80016 SET @@session.default_table_encryption=0*/", K::kSkip},
      {"/*!50718 SET TRANSACTION ISOLATION LEVEL READ COMMITTED*/", K::kSkip},
      {"/*!50503 SET @@session.time_zone='SYSTEM'*/", K::kSetting},
      {"/*!100100 SET @@session.time_zone='SYSTEM'*/", K::kSetting},
      {"SET TIMESTAMP=1795672304.25", K::kSetting},
      {"SET @@session.foreign_key_checks=0, @@session.sql_auto_is_null=0", K::kSetting},
      {"SET @@session.collation_database=DEFAULT", K::kSetting},
      {"use `app`", K::kSetting},
      {"BINLOG '\nabc\n'", K::kRows},
      {"START TRANSACTION", K::kBegin},
      {"BEGIN", K::kBegin},
      {"COMMIT", K::kCommit},
      {"ROLLBACK", K::kRollback},
      {"ROLLBACK /* added by mysqlbinlog */", K::kRollback},
      {"ROLLBACK TO `s`", K::kSavepoint},
      {"SAVEPOINT `s`", K::kSavepoint},
      {"create table t (a int)", K::kChange},
      {"/* ApplicationName=x */ ALTER TABLE t ADD b int", K::kChange},
      {"SET PASSWORD FOR 'u'@'%'='*0'", K::kChange},
      {"GRANT ALL ON *.* TO u", K::kChange},
      {"insert into t values (1)", K::kText},
      {"", K::kSkip},
      {"/* unfinished", K::kSkip},
  };
  for (const auto& [statement, kind] : cases) EXPECT_EQ(KindOf(statement), kind) << statement;
}

TEST(StatementKindTest, WhatMayBeRepeated) {
  EXPECT_TRUE(MayBeRepeated("CREATE INDEX i ON t (a)"));
  EXPECT_TRUE(MayBeRepeated("/*!50001 DROP VIEW v*/"));
  EXPECT_TRUE(MayBeRepeated("truncate t"));
  EXPECT_FALSE(MayBeRepeated("ALTER TABLE t ADD INDEX (a)"));
  EXPECT_FALSE(MayBeRepeated("RENAME TABLE a TO b, c TO a"));
  EXPECT_TRUE(SaysDoneBefore(1050));
  EXPECT_FALSE(SaysDoneBefore(1064));
  EXPECT_FALSE(SaysDoneBefore(0));
}

}  // namespace
}  // namespace borealis::follow
