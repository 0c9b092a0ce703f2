#include "node/password_hash.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

TEST(PasswordHash, IsThatOfTheServer) {
  EXPECT_EQ(PasswordHash("admin"), "*4ACFE3202A5FF5CF467898FC58AAB1D615029441");
  EXPECT_EQ(PasswordHash("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
  EXPECT_EQ(PasswordHash(""), "");
}

TEST(PasswordHash, IsToldFromOtherText) {
  EXPECT_TRUE(IsPasswordHash(PasswordHash("admin")));
  EXPECT_FALSE(IsPasswordHash(""));
  EXPECT_FALSE(IsPasswordHash("admin"));
  EXPECT_FALSE(IsPasswordHash("*4ACFE3202A5FF5CF467898FC58AAB1D61502944"));
  EXPECT_FALSE(IsPasswordHash("*4acfe3202a5ff5cf467898fc58aab1d615029441"));
  EXPECT_FALSE(IsPasswordHash("*4ACFE3202A5FF5CF467898FC58AAB1D61502944'"));
}

}  // namespace
}  // namespace borealis::node
