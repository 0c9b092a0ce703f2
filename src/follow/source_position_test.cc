#include "follow/source_position.h"

#include <gtest/gtest.h>

namespace borealis::follow {
namespace {

TEST(SourcePositionTest, IsWrittenAsFileAndOffset) {
  EXPECT_EQ(*ParseSourcePosition("binlog.000012:1234"), (SourcePosition{"binlog.000012", 1234}));
  EXPECT_EQ((SourcePosition{"b.1", 4}).ToString(), "b.1:4");
  for (const char* bad :
       {"", ":", "x", "x:", ":4", "x:-1", "x:4x", "a b:4", "../x/y:4", "x:4:", "a;b:1"}) {
    EXPECT_EQ(ParseSourcePosition(bad).status().code(), Code::kInvalidArgument) << bad;
  }
}

TEST(SourcePositionTest, IsOrderedByTheNumberOfTheFile) {
  EXPECT_TRUE(IsBefore({"b.000009", 900}, {"b.000010", 4}));
  EXPECT_TRUE(IsBefore({"b.999999", 900}, {"b.1000000", 4}));
  EXPECT_TRUE(IsBefore({"b.1", 4}, {"b.1", 5}));
  EXPECT_FALSE(IsBefore({"b.1", 5}, {"b.1", 5}));
}

TEST(SourcePositionTest, IsFoundInDumps) {
  const SourcePosition wanted{"mysql-bin.000003", 73};
  for (const char* text :
       {"-- MariaDB dump\n--\n-- CHANGE MASTER TO MASTER_LOG_FILE='mysql-bin.000003', "
        "MASTER_LOG_POS=73;\n\n",
        "CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='mysql-bin.000003', SOURCE_LOG_POS=73;",
        "Started dump at: 2026-11-26\nSHOW MASTER STATUS:\n\tLog: mysql-bin.000003\n\tPos: "
        "73\n\tGTID:\n",
        "[source]\n# Channel_Name = ''\nSOURCE_LOG_FILE = \"mysql-bin.000003\"\nSOURCE_LOG_POS = "
        "73\n"}) {
    const auto found = FindDumpPosition(text);
    ASSERT_TRUE(found.ok()) << text;
    EXPECT_EQ(*found, wanted) << text;
  }
  for (const char* text : {"", "CREATE TABLE t (Log: int)", "MASTER_LOG_FILE='x'",
                           "MASTER_LOG_POS=4", "MASTER_LOG_FILE='a/b', MASTER_LOG_POS=4"}) {
    EXPECT_EQ(FindDumpPosition(text).status().code(), Code::kNotFound) << text;
  }
}

}  // namespace
}  // namespace borealis::follow
