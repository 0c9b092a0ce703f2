// Giving up a record: what may be skipped, and what it does to the snapshots.
#include "node/volume_skip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log.h"
#include "log/skips.h"
#include "node/volume.h"
#include "snapshot/publish.h"
#include "snapshot/testing.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kTransaction = 1, kFragment = 2, kIsolated = 3, kLast = 4;

class VolumeSkipTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.segment_bytes_max = 4 << 20;
    options_.append_bytes_max = 1 << 20;
    options_.prepare_spares = false;
    CHECK_OK(storage::LocalBackend::Create(path_, options_));
    backend_ = *storage::LocalBackend::Open(path_, options_);
    identity_.volume = Uuid::Random();
    CHECK_OK(log::Log::Create(*backend_, identity_, SystemClock()));
    const auto log = log::Log::Open(*backend_, {.segment_bytes = 1 << 20}, SystemClock());
    CHECK_OK(log);
    Append(**log, RecordType::kWriteSet, kFlagTrxStart | kFlagTrxEnd);
    Append(**log, RecordType::kFragment, kFlagTrxStart);
    Append(**log, RecordType::kIsolated, kFlagTrxStart | kFlagTrxEnd);
    Append(**log, RecordType::kWriteSet, kFlagTrxStart | kFlagTrxEnd);
    CHECK_OK(snapshot::MakeDirectory(dir_ / "in"));
    snapshot::WriteText(dir_ / "in/ibdata1", "data");
    for (const int64_t at : {int64_t{0}, kTransaction, kIsolated}) Publish(Seqno{at});
  }
  void Append(log::Log& log, RecordType type, uint32_t flags) {
    Record record;
    record.type = type;
    record.flags = flags;
    record.source.uuid = Uuid::FromRandom(1, 1);
    record.request = {++request_};
    record.payload = payload_;
    CHECK(log.Append({&record, 1}).outcome == storage::AppendOutcome::kOk);
  }
  void Publish(Seqno seqno) {
    snapshot::Manifest manifest;
    manifest.volume = identity_.volume;
    manifest.seqno = seqno;
    manifest.server_version = "10.11";
    CHECK_OK(snapshot::PublishSnapshot(*backend_, dir_ / "in", manifest, {}));
  }
  Result<SkippedRecord> Skip(int64_t seqno) {
    return SkipRecord(path_, Seqno{seqno}, "why", SystemClock());
  }
  void StopServers() { backend_.reset(); }
  std::vector<Seqno> Skipped() {
    return log::SkippedSeqnos(*log::ReadSkips(**LookAtVolume(path_)));
  }
  std::vector<Seqno> Snapshots() { return *snapshot::ListSnapshots(**LookAtVolume(path_)); }

  const snapshot::TempDirectory dir_;
  const std::string path_ = dir_ / "volume";
  Bytes payload_ = Bytes(100, std::byte{7});
  log::Identity identity_;
  storage::LocalOptions options_;
  std::unique_ptr<storage::LocalBackend> backend_;  // as a server is attached
  uint64_t request_ = 0;
};

TEST_F(VolumeSkipTest, ASnapshotThatHoldsTheRecordGoesWithIt) {
  StopServers();
  const auto record = Skip(kIsolated);
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(record->type, RecordType::kIsolated);
  EXPECT_EQ(record->payload_bytes, 100u);
  EXPECT_THAT(record->deleted_snapshots, ElementsAre(Seqno{kIsolated}));
  EXPECT_THAT(Snapshots(), ElementsAre(Seqno{0}, Seqno{kTransaction}));
  EXPECT_THAT(Skipped(), ElementsAre(Seqno{kIsolated}));
  EXPECT_EQ(Skip(kIsolated).status().code(), Code::kAlreadyExists);
  EXPECT_TRUE(Skip(kTransaction).ok());
  EXPECT_THAT(Snapshots(), ElementsAre(Seqno{0}));
}

TEST_F(VolumeSkipTest, NothingIsSkippedWhileAServerIsAttached) {
  const auto skip = Skip(kTransaction);
  EXPECT_EQ(skip.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(skip.status().message(), HasSubstr("stop every node"));
  EXPECT_THAT(Skipped(), IsEmpty());
  EXPECT_EQ(Snapshots().size(), 3u);
}

TEST_F(VolumeSkipTest, OnlyAWholeTransactionOrAStatementOfItsOwnIsSkipped) {
  StopServers();
  EXPECT_EQ(Skip(kFragment).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Skip(kLast + 1).status().code(), Code::kNotFound);
  EXPECT_EQ(Skip(0).status().code(), Code::kNotFound);
  EXPECT_THAT(Skipped(), IsEmpty());
  EXPECT_EQ(Snapshots().size(), 3u);
}

TEST_F(VolumeSkipTest, WithoutASnapshotFromBeforeItNothingIsTouched) {
  CHECK_OK(snapshot::DeleteSnapshot(*backend_, Seqno{0}));
  StopServers();
  EXPECT_EQ(Skip(kTransaction).status().code(), Code::kNotFound);
  EXPECT_THAT(Skipped(), IsEmpty());
  EXPECT_EQ(Snapshots().size(), 2u);
}

TEST_F(VolumeSkipTest, ASnapshotAfterWhichTheLogWasTrimmedIsNoWayOut) {
  {
    const auto log = log::Log::Open(*backend_, {.segment_bytes = 1 << 20}, SystemClock());
    CHECK_OK(log);
    payload_.resize(256 << 10);
    for (int i = 0; i < 6; ++i) Append(**log, RecordType::kWriteSet, kFlagTrxStart | kFlagTrxEnd);
    ASSERT_GT(*(*log)->Trim(*(*log)->DurableEnd()), 0u);
  }
  const int64_t last = kLast + 6;
  StopServers();
  EXPECT_EQ(Skip(last).status().code(), Code::kNotFound);
  EXPECT_EQ(Snapshots().size(), 3u);
  backend_ = *storage::LocalBackend::Open(path_, options_);
  Publish(Seqno{last - 1});
  StopServers();
  EXPECT_TRUE(Skip(last).ok());
}

}  // namespace
}  // namespace borealis::node
