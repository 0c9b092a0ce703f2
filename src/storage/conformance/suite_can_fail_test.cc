// Proves that the conformance suite notices: each bug of broken_backend.h makes the test that is
// named beside it fail, and the same wrapper without a bug passes.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "storage/conformance/broken_backend.h"

namespace borealis::storage::conformance {
namespace {

struct Outcome {
  int exit_code = -1;  // -1: it did not exit by itself
  std::string output;
};

Outcome RunSuite(const std::string& filter) {
  const std::string command =
      std::string(BROKEN_CONFORMANCE) + " --gtest_color=no --gtest_filter='" + filter + "' 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr, "cannot run {}", command);
  Outcome outcome;
  std::array<char, 4096> buffer;
  for (size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

TEST(SuiteCanFailTest, PassesWithoutABug) {
  const Outcome outcome = RunSuite("*/" + std::string(kNoBug));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("[  PASSED  ]"), std::string::npos);
}

class SuiteCanFailBugTest : public ::testing::TestWithParam<Bug> {};

TEST_P(SuiteCanFailBugTest, IsCaught) {
  const std::string test = "Broken/BackendConformanceTest." + std::string(GetParam().caught_by) +
                           "/" + std::string(GetParam().name);
  const Outcome outcome = RunSuite(test);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  EXPECT_NE(outcome.output.find("[  FAILED  ] " + test), std::string::npos) << outcome.output;
}

INSTANTIATE_TEST_SUITE_P(Bugs, SuiteCanFailBugTest, ::testing::ValuesIn(kBugs),
                         [](const ::testing::TestParamInfo<Bug>& info) {
                           return std::string(info.param.name);
                         });

}  // namespace
}  // namespace borealis::storage::conformance
