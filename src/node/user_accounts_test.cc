#include "node/user_accounts.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

TEST(UserAccounts, HashesAreThoseOfTheServer) {
  EXPECT_EQ(PasswordHash("admin"), "*4ACFE3202A5FF5CF467898FC58AAB1D615029441");
  EXPECT_EQ(PasswordHash("password"), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
  EXPECT_EQ(PasswordHash(""), "");
}

}  // namespace
}  // namespace borealis::node
