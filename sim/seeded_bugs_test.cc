// The test of the simulator: every seeded bug is caught within so many seeds, and its failure
// replays exactly.
#include <gtest/gtest.h>

#include "sim/bugs.h"
#include "sim/cluster.h"

namespace borealis::sim {
namespace {

struct Claim {
  const char* bug;
  uint64_t seeds_max;
  const char* invariant;  // what the first violation is about
};

std::ostream& operator<<(std::ostream& out, const Claim& claim) { return out << claim.bug; }

RunResult RunSeed(uint64_t seed) {
  RunOptions options;
  options.seed = seed;
  return RunSimulation(options);
}

class SeededBugTest : public ::testing::TestWithParam<Claim> {
 protected:
  void TearDown() override { SetBug(""); }
};

TEST_P(SeededBugTest, IsCaughtAndReplays) {
  ASSERT_TRUE(SetBug(GetParam().bug));
  RunResult caught;
  uint64_t seed = 0;
  while (caught.violation.empty() && seed < GetParam().seeds_max) caught = RunSeed(++seed);
  ASSERT_NE(caught.violation, "") << "not within " << seed << " seeds";
  EXPECT_EQ(caught.violation.substr(0, 2), GetParam().invariant) << caught.violation;
  RecordProperty("seed", static_cast<int>(seed));

  const RunResult again = RunSeed(seed);
  EXPECT_EQ(again.violation, caught.violation);
  EXPECT_EQ(again.step, caught.step);
  EXPECT_EQ(again.trace_hash, caught.trace_hash);
}

INSTANTIATE_TEST_SUITE_P(Sim, SeededBugTest, ::testing::Values(Claim{"none", 1, ""}),
                         [](const auto& info) {
                           std::string name = info.param.bug;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace borealis::sim
