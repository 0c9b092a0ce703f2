// Publish, list, verify, restore on a volume in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/publish.h"
#include "snapshot/restore.h"
#include "snapshot/testing.h"
#include "storage/memory/memory_backend.h"

namespace borealis::snapshot {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    volume_ = storage::MemoryVolume::Create({});
    backend_ = volume_->Attach();
    CHECK_OK(MakeDirectory(dir_ / "in"));
    CHECK_OK(MakeDirectory(dir_ / "in/mysql"));
    WriteText(dir_ / "in/ibdata1", std::string(3 << 20, 'x'));
    WriteText(dir_ / "in/mysql/user", "users");
    WriteText(dir_ / "in/ibtmp1", "temporary");
    WriteText(dir_ / "in/borealis_cache", "another node's");
  }

  Result<Manifest> Publish(Seqno seqno) {
    Manifest manifest;
    manifest.volume = uuid_;
    manifest.seqno = seqno;
    return PublishSnapshot(*backend_, dir_ / "in", manifest, {});
  }

  // Replaces a blob by a changed copy.
  void Rewrite(const std::string& name, const std::function<void(Bytes&)>& change) {
    auto reader = backend_->OpenBlob(name);
    CHECK_OK(reader);
    Bytes bytes = *(*reader)->Read(0, (*reader)->size());
    reader->reset();
    change(bytes);
    CHECK_OK(backend_->DeleteBlob(name));
    auto writer = backend_->CreateBlob(name);
    CHECK_OK(writer);
    CHECK_OK((*writer)->Write(bytes));
    CHECK_OK((*writer)->Commit());
  }

  const TempDirectory dir_;
  const Uuid uuid_ = Uuid::FromRandom(5, 6);
  std::shared_ptr<storage::MemoryVolume> volume_;
  std::unique_ptr<storage::MemoryBackend> backend_;
};

TEST_F(SnapshotTest, APublishedTreeIsListedVerifiedAndRestored) {
  const auto manifest = Publish({12});
  ASSERT_TRUE(manifest.ok()) << manifest.status().ToString();
  EXPECT_EQ(manifest->files, 2U);
  ASSERT_TRUE(Publish({3}).ok());
  EXPECT_THAT(*ListSnapshots(*backend_), ElementsAre(Seqno{3}, Seqno{12}));
  EXPECT_EQ(*ReadManifest(*backend_, {12}), *manifest);
  EXPECT_TRUE(VerifySnapshot(*backend_, {12}, nullptr).ok());

  ASSERT_TRUE(RestoreSnapshot(*backend_, {12}, nullptr, dir_ / "data", "node1", 0, nullptr).ok());
  EXPECT_EQ(ReadText(dir_ / "data/ibdata1"), ReadText(dir_ / "in/ibdata1"));
  EXPECT_EQ(ReadText(dir_ / "data/mysql/user"), "users");
  EXPECT_FALSE(PathExists(dir_ / "data/ibtmp1"));
  EXPECT_FALSE(PathExists(dir_ / "data.restoring"));
  const auto state = ReadCacheState(dir_ / "data");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->volume, uuid_);
  EXPECT_EQ(state->condition, CacheCondition::kSafe);
  EXPECT_EQ(state->restored, Seqno{12});
  EXPECT_EQ(state->node, "node1");
}

TEST_F(SnapshotTest, ASnapshotIsNeverReplaced) {
  ASSERT_TRUE(Publish({1}).ok());
  EXPECT_EQ(Publish({1}).status().code(), Code::kAlreadyExists);
  EXPECT_TRUE(VerifySnapshot(*backend_, {1}, nullptr).ok());
}

TEST_F(SnapshotTest, DataWithoutManifestIsNoSnapshotAndIsSwept) {
  ASSERT_TRUE(Publish({1}).ok());
  ASSERT_TRUE(Publish({2}).ok());
  ASSERT_TRUE(backend_->DeleteBlob(ManifestBlobName({1})).ok());
  EXPECT_THAT(*ListSnapshots(*backend_), ElementsAre(Seqno{2}));
  EXPECT_EQ(*SweepSnapshots(*backend_), 1U);
  EXPECT_EQ(backend_->ListBlobs("snapshot.")->size(), 2U);
  EXPECT_TRUE(VerifySnapshot(*backend_, {2}, nullptr).ok());
}

TEST_F(SnapshotTest, PublishingGoesOnWhereACrashLeftData) {
  ASSERT_TRUE(Publish({1}).ok());
  ASSERT_TRUE(backend_->DeleteBlob(ManifestBlobName({1})).ok());
  EXPECT_TRUE(Publish({1}).ok());
  EXPECT_TRUE(VerifySnapshot(*backend_, {1}, nullptr).ok());
}

TEST_F(SnapshotTest, DamagedDataIsNeitherVerifiedNorRestored) {
  const auto manifest = Publish({1});
  ASSERT_TRUE(manifest.ok());
  Rewrite(DataBlobName({1}), [](Bytes& bytes) { bytes[bytes.size() / 2] ^= std::byte{1}; });
  EXPECT_EQ(VerifySnapshot(*backend_, {1}, nullptr).code(), Code::kCorruption);
  EXPECT_EQ(
      RestoreSnapshot(*backend_, {1}, nullptr, dir_ / "data", "node1", 0, nullptr).status().code(),
      Code::kCorruption);
  EXPECT_FALSE(PathExists(dir_ / "data"));
  EXPECT_FALSE(PathExists(dir_ / "data.restoring"));
}

TEST_F(SnapshotTest, ShortDataIsNoticed) {
  ASSERT_TRUE(Publish({1}).ok());
  Rewrite(DataBlobName({1}), [](Bytes& bytes) { bytes.resize(bytes.size() - 1); });
  EXPECT_EQ(VerifySnapshot(*backend_, {1}, nullptr).code(), Code::kCorruption);
  EXPECT_EQ(
      RestoreSnapshot(*backend_, {1}, nullptr, dir_ / "data", "node1", 0, nullptr).status().code(),
      Code::kCorruption);
}

TEST_F(SnapshotTest, AManifestUnderAnotherNameIsNoticed) {
  const auto manifest = Publish({1});
  Rewrite(ManifestBlobName({1}), [&](Bytes& bytes) {
    Manifest other = *manifest;
    other.seqno = {2};
    bytes = EncodeManifest(other);
  });
  EXPECT_EQ(ReadManifest(*backend_, {1}).status().code(), Code::kCorruption);
}

TEST_F(SnapshotTest, NothingIsRestoredOverFiles) {
  ASSERT_TRUE(Publish({1}).ok());
  ASSERT_TRUE(MakeDirectory(dir_ / "data").ok());
  WriteText(dir_ / "data/precious", "mine");
  EXPECT_EQ(
      RestoreSnapshot(*backend_, {1}, nullptr, dir_ / "data", "node1", 0, nullptr).status().code(),
      Code::kAlreadyExists);
  EXPECT_THAT(*ListDirectory(dir_ / "data"), ElementsAre("precious"));
}

TEST_F(SnapshotTest, AnEmptyDirectoryAndAnInterruptedAttemptAreReplaced) {
  ASSERT_TRUE(Publish({1}).ok());
  ASSERT_TRUE(MakeDirectory(dir_ / "data").ok());
  ASSERT_TRUE(MakeDirectory(dir_ / "data.restoring").ok());
  WriteText(dir_ / "data.restoring/ibdata1", "half");
  ASSERT_TRUE(RestoreSnapshot(*backend_, {1}, nullptr, dir_ / "data", "node1", 0, nullptr).ok());
  EXPECT_EQ(ReadText(dir_ / "data/mysql/user"), "users");
}

TEST_F(SnapshotTest, DeletingRemovesBothBlobs) {
  ASSERT_TRUE(Publish({1}).ok());
  EXPECT_TRUE(DeleteSnapshot(*backend_, {1}).ok());
  EXPECT_TRUE(DeleteSnapshot(*backend_, {1}).ok());
  EXPECT_THAT(*backend_->ListBlobs("snapshot."), IsEmpty());
  EXPECT_EQ(VerifySnapshot(*backend_, {1}, nullptr).code(), Code::kNotFound);
}

TEST(RestoreNewestUsableTest, FallsBackToAnOlderOneButNotPastTheLog) {
  const std::vector<Seqno> snapshots = {{0}, {10}, {20}, {30}};
  std::vector<int64_t> tried;
  const auto damaged_above = [&](int64_t good, Code code) {
    return [&tried, good, code](Seqno seqno) -> Status {
      tried.push_back(seqno.value);
      return seqno.value <= good ? Status::Ok() : Status(code, "damaged");
    };
  };
  EXPECT_EQ(*RestoreNewestUsable(snapshots, {10}, damaged_above(20, Code::kCorruption)), Seqno{20});
  EXPECT_EQ(tried, (std::vector<int64_t>{30, 20}));
  EXPECT_EQ(
      RestoreNewestUsable(snapshots, {10}, damaged_above(0, Code::kCorruption)).status().code(),
      Code::kCorruption);
  EXPECT_EQ(tried, (std::vector<int64_t>{30, 20, 30, 20, 10}));
  // A full disk is no fault of the snapshot.
  EXPECT_EQ(RestoreNewestUsable(snapshots, {10}, damaged_above(20, Code::kNoSpace)).status().code(),
            Code::kNoSpace);
  EXPECT_EQ(RestoreNewestUsable(snapshots, {31}, damaged_above(30, Code::kIo)).status().code(),
            Code::kNotFound);
}

}  // namespace
}  // namespace borealis::snapshot
