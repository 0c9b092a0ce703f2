// Claims about the log under every fault the backend contract allows, from many seeds. A failure
// names its seed; RunSeed(seed) replays it.
//
//   BOREALIS_LOG_SEEDS=first-last log_fault_test --gtest_filter='*FaultyWorld*'    other seeds
#include "log/faulty_world.h"

#include <cstdlib>

namespace borealis::log {
namespace {

using testing::FaultyWorld;

constexpr uint64_t kSeeds = 400;
constexpr int kSteps = 120;

struct SeedRange {
  uint64_t first = 1;
  uint64_t last = kSeeds;
};

SeedRange Seeds() {
  SeedRange range;
  const char* const wanted = std::getenv("BOREALIS_LOG_SEEDS");  // NOLINT(concurrency-mt-unsafe)
  if (wanted != nullptr) {
    const std::string text = wanted;
    range.first = std::stoull(text);
    range.last = std::stoull(text.substr(text.find('-') + 1));
  }
  return range;
}

class FaultyWorldTest : public ::testing::TestWithParam<storage::Traits> {
 protected:
  void RunSeed(uint64_t seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    FaultyWorld world(seed, GetParam());
    world.SetRates(seed % 4 == 0 ? 0.08 : 0.02);
    for (int step = 0; step < kSteps && !HasFailure(); ++step) {
      world.Step();
    }
    if (!HasFailure()) {
      world.Finish();
    }
    acknowledged_ += world.acknowledged();
    if (!HasFailure()) {
      segments_ += world.segments();
    }
  }
  uint64_t acknowledged_ = 0;
  uint64_t segments_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Backends, FaultyWorldTest,
                         ::testing::Values(storage::kPositionedTraits, storage::kFloatingTraits),
                         [](const auto& info) {
                           return info.param.positioned_appends ? "Positioned" : "Floating";
                         });

TEST_P(FaultyWorldTest, NothingAcknowledgedIsLostNothingRefusedSurfacesTheOrderNeverChanges) {
  SetLogLevel(LogLevel::kError);
  const SeedRange seeds = Seeds();
  for (uint64_t seed = seeds.first; seed <= seeds.last && !HasFailure(); ++seed) {
    RunSeed(seed);
  }
  SetLogLevel(LogLevel::kInfo);
  // The test has tested something.
  const uint64_t count = seeds.last - seeds.first + 1;
  EXPECT_GT(acknowledged_, count * 10);
  EXPECT_GT(segments_, count * 5);
}

}  // namespace
}  // namespace borealis::log
