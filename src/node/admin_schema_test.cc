#include "node/admin_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace borealis::node {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(AdminSchema, EachStatementIsOneLine) {
  std::istringstream schema(AdminSchema());
  for (std::string line; std::getline(schema, line);) {
    EXPECT_THAT(line, EndsWith(";"));
    EXPECT_THAT(line, HasSubstr("borealis"));
  }
}

}  // namespace
}  // namespace borealis::node
