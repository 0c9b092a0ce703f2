#include "backup/export_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backup/testing.h"

namespace borealis::backup {
namespace {

using ::testing::ElementsAre;
using testing::Entry;
using testing::SmallManifest;

TEST(ExportManifestTest, SurvivesEncoding) {
  const ExportManifest manifest = SmallManifest();
  const auto decoded = DecodeExportManifest(EncodeExportManifest(manifest));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(*decoded, manifest);
}

ExportManifest EncryptedManifest() {
  ExportManifest manifest = SmallManifest();
  manifest.identity.format_version = log::kEncryptedFormat;
  manifest.keys = encryption::MakeKeyTable(manifest.identity.volume,
                                           encryption::MasterKeyOf(Bytes(32, std::byte{1})), 5);
  return manifest;
}

TEST(ExportManifestTest, AnEncryptedVolumesHoldsItsKeysAndNoOtherDoes) {
  const ExportManifest manifest = EncryptedManifest();
  const Bytes bytes = EncodeExportManifest(manifest);
  EXPECT_EQ(*DecodeExportManifest(bytes), manifest);
  EXPECT_EQ(bytes[8], std::byte{2});
  EXPECT_EQ(EncodeExportManifest(SmallManifest())[8], std::byte{1});  // older software reads it
  ExportManifest without = manifest;
  without.keys.reset();
  EXPECT_FALSE(DecodeExportManifest(EncodeUnchecked(without)).ok());
  ExportManifest plain = SmallManifest();
  plain.keys = manifest.keys;
  EXPECT_FALSE(DecodeExportManifest(EncodeUnchecked(plain)).ok());
}

TEST(ExportManifestTest, EveryChangedByteAndEveryCutIsRefused) {
  const Bytes good = EncodeExportManifest(SmallManifest());
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bytes = good;
    bytes[i] ^= std::byte{0x10};
    EXPECT_FALSE(DecodeExportManifest(bytes).ok()) << i;
    EXPECT_FALSE(DecodeExportManifest(ByteView(good).first(i)).ok()) << i;
  }
}

// The hash is right and the content is not.
TEST(ExportManifestTest, PartsThatDoNotFitTogetherAreRefused) {
  const auto refused = [](const std::function<void(ExportManifest&)>& change) {
    ExportManifest manifest = SmallManifest();
    change(manifest);
    const auto decoded = DecodeExportManifest(EncodeUnchecked(manifest));
    return decoded.status().code() == Code::kCorruption;
  };
  EXPECT_FALSE(refused([](ExportManifest&) {}));
  EXPECT_TRUE(refused([](ExportManifest& m) {
    m.pieces.pop_back();
    m.pieces.pop_back();
    m.pieces.pop_back();
  }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.pieces[1].from += 512; }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.pieces[0].to = m.pieces[0].from; }));
  EXPECT_TRUE(refused([](ExportManifest& m) { std::swap(m.pieces[0], m.pieces[2]); }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.pieces[0].segment.value = 77; }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.snapshots.clear(); }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.snapshots[0].seqno = {1}; }));  // before the chain
  EXPECT_TRUE(refused([](ExportManifest& m) { m.snapshots[1].seqno = m.snapshots[0].seqno; }));
  EXPECT_TRUE(refused([](ExportManifest& m) { m.snapshots[1].seqno = {1000}; }));  // after the end
  EXPECT_TRUE(refused([](ExportManifest& m) { m.until = {12}; }));
}

TEST(ExportManifestTest, NamesAllItsFiles) {
  std::vector<std::string> names;
  for (const ExportedFile& file : FilesOf(SmallManifest())) {
    EXPECT_TRUE(IsExportFile(file.name)) << file.name;
    names.push_back(file.name);
  }
  EXPECT_THAT(
      names,
      ElementsAre("snapshot.00000000000000000010.manifest", "snapshot.00000000000000000010.data",
                  "snapshot.00000000000000000025.manifest", "snapshot.00000000000000000025.data",
                  "segment.00000000000000000003.000000000000-000000004096",
                  "segment.00000000000000000004.000000000000-000000001024",
                  "segment.00000000000000000004.000000001024-000000002048"));
  for (const char* other : {"", "x", "snapshot.1.data", "segment.3.0-1", ".lock", "notes.txt",
                            "segment.00000000000000000003.000000000000-00000000409x",
                            "../snapshot.00000000000000000010.data"}) {
    EXPECT_FALSE(IsExportFile(other)) << other;
  }
}

TEST(ExportManifestTest, ASnapshotNeedsTheLogFromItsPlaceAndTheChunksOfWhatComesAfter) {
  const std::vector<log::ChainEntry> chain = {Entry(3, 10, 512), Entry(4, 20, 512),
                                              Entry(5, 30, 512), Entry(6, 40, 0)};
  EXPECT_EQ(FirstSegmentFor(chain, {9}, {}, {}), std::nullopt);
  EXPECT_EQ(FirstSegmentFor(chain, {10}, {{3}, 0, 0}, {}), 0U);
  EXPECT_EQ(FirstSegmentFor(chain, {25}, {{4}, 128, 0}, {}), 1U);
  EXPECT_EQ(FirstSegmentFor(chain, {30}, {{4}, 512, 0}, {}), 1U);  // it says: the end of 4
  EXPECT_EQ(FirstSegmentFor(chain, {30}, {}, {}), 2U);
  EXPECT_EQ(FirstSegmentFor(chain, {45}, {{6}, 0, 0}, {}), 3U);
  EXPECT_EQ(FirstSegmentFor(chain, {45}, {{6}, 0, 0}, {4}), 1U);  // chunks of the open one
  EXPECT_EQ(FirstSegmentFor(chain, {30}, {{2}, 0, 0}, {}), std::nullopt);
  std::vector<log::ChainEntry> chunked = chain;
  chunked[2].oldest_chunk = {3};
  EXPECT_EQ(FirstSegmentFor(chunked, {30}, {{5}, 0, 0}, {}), 0U);
}

}  // namespace
}  // namespace borealis::backup
