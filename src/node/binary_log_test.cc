// The binary log: its name, its server id, and where one begins that has no past.
#include "node/binary_log.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

ServerOption Option(const std::string& name, const std::string& value) {
  return {name, value, !value.empty(), 1};
}

TEST(BinaryLogTest, NoneUnlessAskedFor) {
  EXPECT_EQ(BinaryLogName({Option("max_connections", "5")}), "");
  EXPECT_EQ(BinaryLogName({Option("log-bin", "")}), "binlog");
  EXPECT_EQ(BinaryLogName({Option("log_bin", "ON")}), "binlog");
  EXPECT_EQ(BinaryLogName({Option("log_bin", "mine"), Option("log_bin", "yours")}), "yours");
}

TEST(BinaryLogTest, NamesThatLeaveTheDataDirectoryAreRefused) {
  for (const char* good : {"", "1", "ON", "mysql-bin", "b_2"}) {
    EXPECT_FALSE(CheckBinaryLogName(Option("log_bin", good)).has_value()) << good;
  }
  for (const char* bad : {"/var/log/b", "../b", "a.b", "0", "OFF", "a b"}) {
    EXPECT_TRUE(CheckBinaryLogName(Option("log_bin", bad)).has_value()) << bad;
  }
  EXPECT_TRUE(CheckBinaryLogName(Option("skip-log-bin", "")).has_value());
}

TEST(BinaryLogTest, TheServerIdIsTheVolumes) {
  const uint32_t id = ServerId(Uuid::FromRandom(1, 2));
  EXPECT_EQ(ServerId(Uuid::FromRandom(1, 2)), id);
  EXPECT_NE(ServerId(Uuid::FromRandom(1, 3)), id);
  for (uint64_t n = 0; n < 100; ++n) {
    EXPECT_GT(ServerId(Uuid::FromRandom(n, n)), 0u);
    EXPECT_LE(ServerId(Uuid::FromRandom(n, n)), uint32_t{INT32_MAX});
  }
}

}  // namespace
}  // namespace borealis::node
