#include "node/commit_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace borealis::node {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

// The bootstrap mode of the server takes a line that ends in a semicolon for a whole statement.
TEST(CommitTokens, EachStatementIsOneLine) {
  std::istringstream schema(CommitTokenSchema());
  int statements = 0;
  for (std::string line; std::getline(schema, line); ++statements) {
    EXPECT_THAT(line, EndsWith(";"));
    EXPECT_THAT(line, Not(HasSubstr("{days}")));
  }
  EXPECT_EQ(statements, 11);
}

TEST(CommitTokens, RowsOutliveTheTimeInWhichTheyAreAskedFor) {
  EXPECT_THAT(CommitTokenSchema(), HasSubstr("age > 7 "));
  EXPECT_THAT(ForgetCommitTokens(), HasSubstr("INTERVAL 8 DAY"));
}

}  // namespace
}  // namespace borealis::node
