#include "snapshot/manifest.h"

#include <gtest/gtest.h>

#include <cstring>

namespace borealis::snapshot {
namespace {

Manifest Example() {
  Manifest m;
  m.volume = Uuid::FromRandom(1, 2);
  m.seqno = {42};
  m.position = {{3}, 4096, 2};
  m.view.seqno = {40};
  m.view.members.push_back({{Uuid::FromRandom(3, 4)}, {1}, "node1", "127.0.0.11:3306", {1}});
  m.certifier_digest = 7;
  m.certifier = {std::byte{1}, std::byte{2}};
  m.server_version = "10.11.19-MariaDB";
  m.created_us = 1'700'000'000'000'000;
  m.files = 3;
  m.content_bytes = 1000;
  m.stream_bytes = 100;
  m.stream_hash = 9;
  return m;
}

TEST(Manifest, ComesBackAsItWas) {
  const auto decoded = DecodeManifest(EncodeManifest(Example()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(*decoded, Example());
  EXPECT_EQ(*DecodeManifest(EncodeManifest({})), Manifest{});
}

TEST(Manifest, OnlyThatOfAnEncryptedVolumeNeedsANewerVersion) {
  Manifest sealed = Example();
  sealed.data_key = 3;
  const Bytes bytes = EncodeManifest(sealed);
  EXPECT_EQ(*DecodeManifest(bytes), sealed);
  EXPECT_EQ(bytes[8], std::byte{2});
  EXPECT_EQ(EncodeManifest(Example())[8], std::byte{1});
}

TEST(Manifest, EveryFlippedBitIsNoticed) {
  const Bytes good = EncodeManifest(Example());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    ASSERT_FALSE(DecodeManifest(bad).ok()) << "bit " << bit;
  }
}

TEST(Manifest, EveryTruncationIsNoticed) {
  Bytes bytes = EncodeManifest(Example());
  bytes.push_back(std::byte{0});
  EXPECT_FALSE(DecodeManifest(bytes).ok());
  bytes.pop_back();
  while (!bytes.empty()) {
    bytes.pop_back();
    ASSERT_EQ(DecodeManifest(bytes).status().code(), Code::kCorruption) << bytes.size();
  }
}

TEST(Manifest, ANewerVersionSaysSo) {
  Bytes bytes = EncodeManifest(Example());
  const uint32_t version = kManifestVersion + 1;
  std::memcpy(bytes.data() + 8, &version, 4);
  const Status status = DecodeManifest(bytes).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("upgrade"), std::string::npos);
}

TEST(Manifest, BlobNamesCarryTheSeqnoAndSortByIt) {
  EXPECT_EQ(ManifestBlobName({42}), "snapshot.00000000000000000042.manifest");
  EXPECT_EQ(DataBlobName({0}), "snapshot.00000000000000000000.data");
  EXPECT_EQ(ParseManifestBlobName(ManifestBlobName({INT64_MAX})), Seqno{INT64_MAX});
  EXPECT_EQ(ParseManifestBlobName(DataBlobName({42})), std::nullopt);
  EXPECT_EQ(ParseManifestBlobName("snapshot.42.manifest"), std::nullopt);
  EXPECT_EQ(ParseManifestBlobName("snapshot.-0000000000000000042.manifest"), std::nullopt);
  EXPECT_EQ(ParseManifestBlobName("snapshot.99999999999999999999.manifest"), std::nullopt);
}

}  // namespace
}  // namespace borealis::snapshot
