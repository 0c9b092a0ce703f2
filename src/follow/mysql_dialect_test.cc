#include "follow/mysql_dialect.h"

#include <gtest/gtest.h>

namespace borealis::follow {
namespace {

TEST(MySqlDialectTest, TheDefaultCollationByItsNumber) {
  EXPECT_EQ(
      TranslateSetting("SET @@session.character_set_client=255,@@session.collation_connection="
                       "255,@@session.collation_server=255"),
      "SET @@session.character_set_client=255,@@session.collation_connection="
      "utf8mb4_unicode_520_nopad_ci,@@session.collation_server=utf8mb4_unicode_520_nopad_ci");
  EXPECT_EQ(TranslateSetting("SET @@session.collation_server=2550"),
            "SET @@session.collation_server=2550");
  EXPECT_EQ(TranslateSetting("SET @@session.collation_connection=33"),
            "SET @@session.collation_connection=33");
}

TEST(MySqlDialectTest, TheDefaultCollationByItsNameButNotInTexts) {
  EXPECT_EQ(TranslateDefinition("CREATE TABLE t (a CHAR(9) COLLATE utf8mb4_0900_ai_ci) COMMENT "
                                "'it\\'s utf8mb4_0900_ai_ci', COLLATE=utf8mb4_0900_bin"),
            "CREATE TABLE t (a CHAR(9) COLLATE utf8mb4_unicode_520_nopad_ci) COMMENT "
            "'it\\'s utf8mb4_0900_ai_ci', COLLATE=utf8mb4_nopad_bin");
  EXPECT_EQ(TranslateDefinition("ALTER TABLE `utf8mb4_0900_ai_ci` ADD xutf8mb4_0900_ai_ci INT"),
            "ALTER TABLE `utf8mb4_0900_ai_ci` ADD xutf8mb4_0900_ai_ci INT");
  EXPECT_EQ(TranslateDefinition("x 'unfinished utf8mb4_0900_ai_ci"),
            "x 'unfinished utf8mb4_0900_ai_ci");
}

TEST(MySqlDialectTest, ATableOfAQueryIsMadeAlone) {
  EXPECT_EQ(TranslateDefinition("CREATE TABLE `t` (\n  `a` int\n) START TRANSACTION"),
            "CREATE TABLE `t` (\n  `a` int\n)");
  EXPECT_EQ(TranslateDefinition("ALTER TABLE t ADD a INT START TRANSACTION"),
            "ALTER TABLE t ADD a INT START TRANSACTION");
}

}  // namespace
}  // namespace borealis::follow
