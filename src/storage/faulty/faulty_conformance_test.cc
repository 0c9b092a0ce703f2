// With no fault planned, FaultyVolume keeps the whole contract; its faults serve the suite's hooks.
#include <random>

#include "storage/conformance/backend_conformance.h"
#include "storage/faulty/faulty_backend.h"

namespace borealis::storage {
namespace {

constexpr uint64_t kSeed = 1;

class FaultyConformanceVolume : public conformance::Volume {
 public:
  explicit FaultyConformanceVolume(FaultyOptions options)
      : engine_(kSeed),
        volume_(FaultyVolume::Create(std::move(options), [this] { return engine_(); })) {}

  std::unique_ptr<Backend> Attach() override { return volume_->Attach(); }

  bool RunAndCrash(conformance::CrashPoint point,
                   const std::function<void(conformance::Dying&)>& work) override {
    const auto process = volume_->Attach();
    if (point != conformance::CrashPoint::kBetweenCalls) {
      volume_->plan().Script(Call::kAppend,
                             point == conformance::CrashPoint::kMidWrite ? Fault::kCrashMidWrite
                                                                         : Fault::kCrashBeforeSync,
                             process->process());
    }
    conformance::Dying dying{.backend = *process, .open_writers = {}};
    work(dying);
    EXPECT_EQ(process->alive(), point == conformance::CrashPoint::kBetweenCalls);
    process->CrashProcess();
    return true;
  }

  bool PowerLoss() override {
    volume_->PowerLoss();
    return true;
  }

  bool FailNextSync() override {
    if (!volume_->options().traits.positioned_appends) {
      return false;  // a store that commits by itself has no sync to fail
    }
    volume_->plan().Script(Call::kAppend, Fault::kSyncFails);
    return true;
  }

 private:
  std::mt19937_64 engine_;
  const std::shared_ptr<FaultyVolume> volume_;
};

conformance::Factory Faulty(std::string name, FaultyOptions options) {
  return {std::move(name),
          [options] { return std::make_unique<FaultyConformanceVolume>(options); }};
}

constexpr Traits Small(Traits traits) {
  traits.segment_bytes_max = 1 << 20;
  traits.append_bytes_max = 100'000;
  return traits;
}

INSTANTIATE_TEST_SUITE_P(Faulty, BackendConformanceTest,
                         ::testing::Values(Faulty("Positioned", {}),
                                           Faulty("PositionedPrewritten",
                                                  {.traits = Small(kPositionedTraits),
                                                   .prewritten_bytes = 1 << 16,
                                                   .recycle_segments = true}),
                                           Faulty("Floating", {.traits = Small(kFloatingTraits)})),
                         conformance::FactoryName);

}  // namespace
}  // namespace borealis::storage
