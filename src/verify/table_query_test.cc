#include "verify/table_query.h"

#include <gtest/gtest.h>

namespace borealis::verify {
namespace {

TEST(SumQuery, EveryColumnIsInItInAFormWithoutCharacterSet) {
  const std::string sql =
      SumQuery("d", "t", {{"a", "int"}, {"b", "varchar"}, {"c", "float"}}, false);
  EXPECT_EQ(sql,
            "SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS(',',"
            "IFNULL(HEX(CONCAT(`a`,'')),'N'),IFNULL(MD5(`b`),'N'),"
            "IFNULL(HEX(CONCAT(`c`+0e0,'')),'N'))),15),16,10) AS UNSIGNED)),0) FROM `d`.`t`");
}

TEST(SumQuery, NamesAreQuoted) {
  EXPECT_EQ(QuoteName("a`b"), "`a``b`");
  EXPECT_NE(SumQuery("d", "x`y", {{"a", "int"}}, false).find("`d`.`x``y`"), std::string::npos);
}

TEST(SumQuery, AVersionedTableIsComparedWithItsPast) {
  EXPECT_NE(SumQuery("d", "t", {{"a", "int"}}, true).find("FOR SYSTEM_TIME ALL"),
            std::string::npos);
}

}  // namespace
}  // namespace borealis::verify
