#include "storage/memory/memory_conformance.h"

namespace borealis::storage {
namespace {

conformance::Factory Memory(std::string name, MemoryOptions options) {
  return {std::move(name),
          [options] { return std::make_unique<MemoryConformanceVolume>(options); }};
}

constexpr Traits Small(Traits traits) {
  traits.segment_bytes_max = 1 << 20;
  traits.append_bytes_max = 100'000;
  return traits;
}

INSTANTIATE_TEST_SUITE_P(
    Memory, BackendConformanceTest,
    ::testing::Values(Memory("Positioned", {}),
                      Memory("PositionedSmall", {.traits = Small(kPositionedTraits)}),
                      Memory("PositionedEndsLost", {.full_crash_loses_ends = true}),
                      Memory("PositionedSealsLost", {.full_crash_loses_ends = true,
                                                     .full_crash_loses_seal = [] { return true; }}),
                      Memory("Floating", {.traits = kFloatingTraits}),
                      Memory("FloatingSmall", {.traits = Small(kFloatingTraits)})),
    conformance::FactoryName);

}  // namespace
}  // namespace borealis::storage
