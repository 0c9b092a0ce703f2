// The suite over volumes with one bug each. Not a test of its own: suite_can_fail_test runs it, one
// bug at a time, and expects it to fail.
#include "storage/conformance/broken_backend.h"

namespace borealis::storage::conformance {
namespace {

Factory Broken(std::string_view bug) {
  return {.name = std::string(bug),
          .make = [bug] { return MakeBrokenVolume(bug); },
          .long_wait_ns =
              bug == "WakeUpIsLost" || bug == "InterruptIsLost" ? kSecondNs / 2 : 20 * kSecondNs};
}

std::vector<Factory> Factories() {
  std::vector<Factory> factories = {Broken(kNoBug)};
  for (const Bug& bug : kBugs) {
    factories.push_back(Broken(bug.name));
  }
  return factories;
}

}  // namespace
}  // namespace borealis::storage::conformance

namespace borealis::storage {

INSTANTIATE_TEST_SUITE_P(Broken, BackendConformanceTest,
                         ::testing::ValuesIn(conformance::Factories()), conformance::FactoryName);

}  // namespace borealis::storage
