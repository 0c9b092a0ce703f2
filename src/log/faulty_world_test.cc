// Claims about the log under every fault the backend contract allows, from thousands of seeds. A
// failure names its seed; RunSeed(seed) replays it.
#include "log/faulty_world.h"

namespace borealis::log {
namespace {

using testing::FaultyWorld;

constexpr uint64_t kSeeds = 1000;
constexpr int kSteps = 120;

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
  for (uint64_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) {
    RunSeed(seed);
  }
  // The test has tested something.
  EXPECT_GT(acknowledged_, kSeeds * 10);
  EXPECT_GT(segments_, kSeeds * 5);
}

}  // namespace
}  // namespace borealis::log
