// What was acknowledged survives a power failure at any moment, whatever else is in flight.
#include "storage/local/power_loss.h"

#include <gtest/gtest.h>

#include <thread>

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kFirst = {{1}, {1}};
constexpr size_t kBatchBytes = 1536;

// Appends and swaps from several threads over two attached objects while the power fails now and
// then; each copy of the disk must hold what was acknowledged before it was taken.
class PowerLossTest : public ::testing::Test {
 protected:
  PowerLossTest() {
    options_.file_ops = &ops_;
    CHECK_OK(LocalBackend::Create(directory_.Volume(), options_));
    backends_.push_back(AttachOrDie(directory_.Volume(), options_));
    backends_.push_back(AttachOrDie(directory_.Volume(), options_));
    CHECK_OK(backends_[0]->CreateSegment(kFirst));
  }

  void Run(int thread) {
    Backend& backend = *backends_[static_cast<size_t>(thread) % backends_.size()];
    const Bytes batch(kBatchBytes, static_cast<std::byte>(thread + 1));
    const std::string name = fmt::format("r{}", thread);
    uint64_t version = 0;
    for (int i = 0; !stop_; ++i) {
      const AppendResult result =
          backend.Append(kFirst, [&](const AppendPlace&) { return ByteView(batch); });
      if (result.outcome != AppendOutcome::kOk) return;  // full
      MutexLock lock(mutex_);
      acknowledged_[result.offset] = thread + 1;
      grown_.NotifyAll();
      if (i % 8 != 0) continue;
      const Result<uint64_t> swapped = backend.SwapRegister(name, version, AsBytes("v"));
      if (!swapped.ok()) continue;
      version = *swapped;
      versions_[name] = version;
    }
  }

  // How many acknowledged things the disk would have lost.
  int LostByPowerLoss(uint64_t seed) {
    std::map<uint64_t, int> acknowledged;
    std::map<std::string, uint64_t> versions;
    {
      MutexLock lock(mutex_);
      acknowledged = acknowledged_;
      versions = versions_;
    }
    const std::string disk = fmt::format("{}/disk{}", directory_.path(), seed);
    ops_.CopyAfterPowerLoss(directory_.Volume(), disk, seed);
    LocalOptions options = TestOptions();
    const auto backend = OpenOrDie(disk, options);
    EXPECT_TRUE(backend->NeedsRecovery());
    int lost = 0;
    for (const auto& [offset, thread] : acknowledged) {
      const Result<Bytes> bytes = backend->ReadRaw(kFirst, offset, kBatchBytes);
      lost += !bytes.ok() || *bytes != Bytes(kBatchBytes, static_cast<std::byte>(thread)) ? 1 : 0;
    }
    for (const auto& [name, version] : versions) {
      const Result<RegisterValue> value = backend->ReadRegister(name);
      lost += !value.ok() || value->version < version ? 1 : 0;
    }
    return lost;
  }

  int RunWithPowerLosses(int count) {
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) threads.emplace_back([this, i] { Run(i); });
    int lost = 0;
    for (int i = 0; i < count; ++i) {
      AwaitMore(20);
      lost += LostByPowerLoss(static_cast<uint64_t>(i) + 1);
    }
    stop_ = true;
    for (std::thread& thread : threads) thread.join();
    return lost;
  }

  // Until `count` more are acknowledged, or the segment is full.
  void AwaitMore(size_t count) {
    MutexLock lock(mutex_);
    const size_t target = std::min(acknowledged_.size() + count, kAcknowledgedMax);
    while (acknowledged_.size() < target) grown_.Wait(mutex_);
  }

  static constexpr size_t kAcknowledgedMax = (1 << 20) / kBatchBytes;
  TestDirectory directory_;
  PowerLossFileOps ops_;
  LocalOptions options_ = TestOptions();
  std::vector<std::unique_ptr<LocalBackend>> backends_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  CondVar grown_;
  std::map<uint64_t, int> acknowledged_ GUARDED_BY(mutex_);  // offset -> byte
  std::map<std::string, uint64_t> versions_ GUARDED_BY(mutex_);
};

TEST_F(PowerLossTest, NothingAcknowledgedIsLost) { EXPECT_EQ(RunWithPowerLosses(12), 0); }

TEST_F(PowerLossTest, TheTestNoticesADiskThatLies) {
  ops_.lying = true;
  EXPECT_GT(RunWithPowerLosses(4), 0);
}

TEST_F(PowerLossTest, SealedSegmentKeepsItsSizeAndACreatedOneItsName) {
  const Bytes batch(kBatchBytes, std::byte{9});
  const AppendResult appended =
      backends_[0]->Append(kFirst, [&](const AppendPlace&) { return ByteView(batch); });
  ASSERT_EQ(appended.outcome, AppendOutcome::kOk);
  ASSERT_TRUE(backends_[1]->Seal(kFirst).ok());
  ASSERT_TRUE(backends_[1]->CreateSegment({{2}, {2}}).ok());
  for (uint64_t seed = 1; seed < 8; ++seed) {
    const std::string disk = fmt::format("{}/disk{}", directory_.path(), seed);
    ops_.CopyAfterPowerLoss(directory_.Volume(), disk, seed);
    const auto backend = OpenOrDie(disk, TestOptions());
    const Result<SegmentState> state = backend->State(kFirst);
    ASSERT_TRUE(state.ok());
    EXPECT_TRUE(state->sealed);
    EXPECT_EQ(state->durable_end, kBatchBytes);
    const Result<Bytes> bytes = backend->Read(kFirst, 0, kBatchBytes);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(*bytes, batch);
    EXPECT_TRUE(backend->State({{2}, {2}}).ok());
  }
}

}  // namespace
}  // namespace borealis::storage::local
