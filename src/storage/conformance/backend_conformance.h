// The conformance suite: the contract of storage/backend.h as tests. It runs on every backend:
//
//   class FooVolume : public conformance::Volume { ... };
//   INSTANTIATE_TEST_SUITE_P(Foo, BackendConformanceTest,
//                            ::testing::Values(conformance::Factory{"Plain", MakeFooVolume}),
//                            conformance::FactoryName);
//
// and link storage_conformance (an object library, so that no test is dropped by the linker). Give
// it one instance with limits of a few MiB: tests of full segments skip themselves on large ones.
//
// The hooks of Volume that simulate deaths and failures are optional; a test whose hook is not
// there is skipped, and so is visible in the output.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/backend.h"

namespace borealis::storage::conformance {

// Where a process dies.
enum class CrashPoint {
  kBetweenCalls,  // after the last call returned, with writers open
  kMidWrite,      // inside an append, with a part of the bytes written
  kBeforeSync,    // inside an append, with all bytes written and none synced
};

// A process that is about to die, and what it still holds then: no destructor of these runs before
// its death.
struct Dying {
  Backend& backend;
  std::vector<std::unique_ptr<BlobWriter>> open_writers;
};

// A fresh, empty volume; gone with its destructor. Backends are destroyed before it.
class Volume {
 public:
  virtual ~Volume() = default;

  // One more process: a Backend of its own, attached to the volume. Blocks while another recovers.
  // Destroying it is a clean detach. CHECKs that opening works.
  virtual std::unique_ptr<Backend> Attach() = 0;

  // Runs `work` in one more process, which then dies with no cleanup at `point`. For the points
  // inside an append, the first append that `work` calls is its last action. Nothing but the volume
  // carries over (it may run in a child process). REQUIRES: nobody recovers. False: not simulated,
  // and nothing was done.
  virtual bool RunAndCrash(CrashPoint, const std::function<void(Dying&)>& /*work*/) {
    return false;
  }
  // Every attached process dies, then the machine forgets what was not synced. Backends attached
  // before are good for nothing but destruction. False: not simulated.
  virtual bool PowerLoss() { return false; }
  // The next sync of a segment, by whatever process, fails. False: not simulated.
  virtual bool FailNextSync() { return false; }
};

inline constexpr int64_t kSecondNs = 1'000'000'000;

struct Factory {
  std::string name;
  std::function<std::unique_ptr<Volume>()> make;
  // Timeout of waits that must be woken before; half of it is late, which on no machine that still
  // works a wake-up is.
  int64_t long_wait_ns = 20 * kSecondNs;
};
std::ostream& operator<<(std::ostream& out, const Factory& factory);
std::string FactoryName(const ::testing::TestParamInfo<Factory>& info);

inline constexpr SegmentRef kFirst = {{1}, {7}};
// Tests that fill a segment skip above it.
inline constexpr uint64_t kFillBytesMax = 64ull << 20;

// Self-describing bytes: who wrote them, which of his, how many. At least kMessageBytesMin.
inline constexpr size_t kMessageBytesMin = 12;
Bytes Message(uint32_t writer, uint32_t number, size_t size);
struct ParsedMessage {
  uint32_t writer = 0;
  uint32_t number = 0;
  uint64_t offset = 0;  // within the parsed bytes
  size_t size = 0;
};
// nullopt unless `bytes` are whole messages from the first byte to the last.
std::optional<std::vector<ParsedMessage>> ParseMessages(ByteView bytes);

AppendResult AppendBytes(Backend& backend, const SegmentRef& segment, ByteView bytes);
AppendResult AppendText(Backend& backend, const SegmentRef& segment, std::string_view text);
// All readable bytes as text; "(error)" when it fails, which also fails the test.
std::string ReadText(Backend& backend, const SegmentRef& segment);
SegmentState StateOrDie(Backend& backend, const SegmentRef& segment);
// Commits `content` as a blob; the first failure.
Status PutBlob(Backend& backend, std::string_view name, ByteView content);
// Runs `body(index)` in `count` threads and joins them.
void RunThreads(int count, const std::function<void(int)>& body);

}  // namespace borealis::storage::conformance

namespace borealis::storage {

class BackendConformanceTest : public ::testing::TestWithParam<conformance::Factory> {
 protected:
  // Process `a_` is attached to a fresh volume and through with recovery.
  void SetUp() override;

  // One more process, through with recovery.
  std::unique_ptr<Backend> Attach();
  // `count` more of them.
  std::vector<std::unique_ptr<Backend>> AttachMany(int count);
  // WaitForData as a reader that must be woken: kTimeout, too, when it was woken late.
  Status WaitToBeWoken(Backend& backend, uint64_t known_end,
                       const SegmentRef& segment = conformance::kFirst);
  const Traits& traits() const { return a_->traits(); }

  std::unique_ptr<conformance::Volume> volume_;
  std::unique_ptr<Backend> a_;
};

}  // namespace borealis::storage
