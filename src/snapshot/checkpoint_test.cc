// Checkpoints: what decodes is what was written, and a damaged, foreign or misnamed one is told
// from a good one.
#include "snapshot/checkpoint.h"

#include <gtest/gtest.h>

#include "snapshot/checkpoint_store.h"
#include "snapshot/publish.h"
#include "snapshot/restore.h"
#include "snapshot/testing.h"

namespace borealis::snapshot {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);

Checkpoint At(int64_t seqno) {
  return {kVolume, Seqno{seqno}, {{3}, 4096, 2}, Bytes(100, std::byte{7})};
}

TEST(CheckpointTest, WhatIsWrittenIsRead) {
  const auto decoded = DecodeCheckpoint(EncodeCheckpoint(At(77)));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, At(77));
}

TEST(CheckpointTest, EveryDamagedByteAndEveryCutShows) {
  const Bytes good = EncodeCheckpoint(At(77));
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x10};
    EXPECT_FALSE(DecodeCheckpoint(bad).ok()) << i;
    EXPECT_FALSE(DecodeCheckpoint(ByteView(good).first(i)).ok()) << i;
  }
}

TEST(CheckpointTest, ANewerFormatIsUnsupported) {
  Bytes bytes = EncodeCheckpoint(At(77));
  bytes[8] = static_cast<std::byte>(kCheckpointVersion + 1);
  EXPECT_EQ(DecodeCheckpoint(bytes).status().code(), Code::kUnsupported);
}

TEST(CheckpointStoreTest, KeepsTheNewest) {
  const TempDirectory directory;
  CheckpointStore store(directory.path(), kVolume, nullptr);
  WriteText(directory / "borealis_checkpoint.00000000000000000001.new", "of a crash");
  for (const int64_t seqno : {10, 20, 30, 40}) ASSERT_TRUE(store.Put(At(seqno)).ok());
  const auto listed = store.List();
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(*listed, (std::vector<Seqno>{{20}, {30}, {40}}));
  EXPECT_EQ(ListDirectory(directory.path())->size(), 3u);
  EXPECT_EQ(*store.Get({30}), At(30));
  EXPECT_EQ(store.Get({10}).status().code(), Code::kNotFound);
}

TEST(CheckpointStoreTest, AnotherVolumesAndAMisnamedOneAreRefused) {
  const TempDirectory directory;
  CheckpointStore store(directory.path(), kVolume, nullptr);
  ASSERT_TRUE(store.Put(At(10)).ok());
  const CheckpointStore other(directory.path(), Uuid::FromRandom(3, 4), nullptr);
  EXPECT_EQ(other.Get({10}).status().code(), Code::kInvalidArgument);
  ASSERT_EQ(rename((directory / "borealis_checkpoint.00000000000000000010").c_str(),
                   (directory / "borealis_checkpoint.00000000000000000011").c_str()),
            0);
  EXPECT_EQ(store.Get({11}).status().code(), Code::kCorruption);
}

TEST(CheckpointStoreTest, GoesIntoNoSnapshotAndGoesAwayWithTheCache) {
  const TempDirectory directory;
  CheckpointStore store(directory.path(), kVolume, nullptr);
  ASSERT_TRUE(store.Put(At(10)).ok());
  const auto names = ListDirectory(directory.path());
  ASSERT_EQ(names->size(), 1u);
  EXPECT_TRUE(SkippedInSnapshots(names->front()));
  EXPECT_TRUE(IsDatabaseState(names->front(), false));
}

}  // namespace
}  // namespace borealis::snapshot
