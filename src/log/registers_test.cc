// Claims about the identity and chain registers: they round-trip, every flipped bit is refused, a
// newer version and another volume are named as such.
#include <gtest/gtest.h>

#include "log/chain.h"
#include "log/identity.h"
#include "log/lease.h"
#include "log/skips.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

const Uuid kVolume = Uuid::FromRandom(3, 4);

Chain SomeChain() {
  Chain chain;
  chain.entries = {
      {.segment = {{1}, {1}},
       .before = Seqno::Zero(),
       .final_size = 4096,
       .oldest_chunk = {1},
       .medium_bytes = 8192,
       .sealed = true},
      {.segment = {{2}, {2}},
       .before = {10},
       .time_before_us = 55,
       .final_size = 512,
       .oldest_chunk = {1},
       .sealed = true},
      {.segment = {{4}, {3}}, .before = {10}, .time_before_us = 55},
  };
  return chain;
}

TEST(IdentityTest, RoundTrips) {
  const Identity identity{
      .volume = kVolume, .format_version = 1, .certification_window = 77, .created_us = 99};
  const auto decoded = DecodeIdentity(EncodeIdentity(identity));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, identity);
}

TEST(IdentityTest, EveryFlippedBitAndEveryCutIsRefused) {
  const Bytes good = EncodeIdentity(testing::TestIdentity());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(DecodeIdentity(bad).ok()) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(DecodeIdentity(ByteView(good).first(size)).status().code(), Code::kCorruption);
  }
}

TEST(IdentityTest, ANewerFormatIsUnsupportedAndTheMessageNamesBothVersions) {
  Identity identity = testing::TestIdentity();
  identity.format_version = 7;
  const Status status = DecodeIdentity(EncodeIdentity(identity)).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_NE(status.message().find("version 7"), std::string::npos);
  EXPECT_NE(status.message().find("software's 2"), std::string::npos);
}

TEST(IdentityTest, ImpossibleConstantsAreRefused) {
  Identity identity = testing::TestIdentity();
  identity.certification_window = 0;
  EXPECT_EQ(DecodeIdentity(EncodeIdentity(identity)).status().code(), Code::kCorruption);
  identity.certification_window = kCertificationWindowMax + 1;
  EXPECT_EQ(DecodeIdentity(EncodeIdentity(identity)).status().code(), Code::kCorruption);
}

TEST(ChainTest, RoundTrips) {
  const auto decoded = DecodeChain(EncodeChain(SomeChain(), kVolume), kVolume);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->entries, SomeChain().entries);
}

TEST(ChainTest, EveryFlippedBitAndEveryCutIsRefused) {
  const Bytes good = EncodeChain(SomeChain(), kVolume);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(DecodeChain(bad, kVolume).ok()) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeChain(ByteView(good).first(size), kVolume).ok());
  }
}

TEST(ChainTest, AnotherVolumesChainIsRefused) {
  const Bytes bytes = EncodeChain(SomeChain(), kVolume);
  EXPECT_EQ(DecodeChain(bytes, Uuid::FromRandom(3, 5)).status().code(), Code::kCorruption);
}

const std::vector<Skip> kSkips = {{{12}, 77, "no node can apply it"}, {{5}, 78, ""}};

TEST(SkipsTest, RoundTrip) {
  EXPECT_EQ(*DecodeSkips(EncodeSkips(kSkips)), kSkips);
  EXPECT_TRUE(DecodeSkips(EncodeSkips({}))->empty());
}

TEST(SkipsTest, EveryFlippedBitAndEveryCutIsRefused) {
  const Bytes good = EncodeSkips(kSkips);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(DecodeSkips(bad).ok()) << "bit " << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeSkips(ByteView(good).first(size)).ok());
  }
}

TEST(SkipsTest, OneSeqnoTwiceIsRefused) {
  EXPECT_FALSE(DecodeSkips(EncodeSkips({{{5}, 1, ""}, {{5}, 2, ""}})).ok());
}

TEST(SkipsTest, AreAddedOnlyWhileNobodyElseIsAttached) {
  const auto volume = storage::MemoryVolume::Create({});
  {
    const auto first = volume->Attach();
    ASSERT_TRUE(first->NeedsRecovery());
    ASSERT_TRUE(AddSkip(*first, kSkips[0]).ok());
    EXPECT_EQ(AddSkip(*first, kSkips[0]).code(), Code::kAlreadyExists);
    EXPECT_EQ(AddSkip(*first, {Seqno::Zero(), 0, ""}).code(), Code::kInvalidArgument);
    ASSERT_TRUE(AddSkip(*first, kSkips[1]).ok());
    ASSERT_TRUE(first->EndRecovery().ok());
    EXPECT_EQ(AddSkip(*first, {{99}, 0, ""}).code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(*ReadSkips(*volume->Attach()), kSkips);
}

TEST(RegistersTest, TheBytesAreTheSameInEveryBuild) {
  // A change here is a new format version.
  EXPECT_EQ(Hash64(EncodeIdentity(testing::TestIdentity()), 0), 7170096571870685231u);
  EXPECT_EQ(Hash64(EncodeChain(SomeChain(), kVolume), 0), 7776589942596350529u);
  EXPECT_EQ(Hash64(EncodeLease({.held = true, .holder = kVolume, .ttl_ns = 5}), 0),
            13899601350482305767u);
  EXPECT_EQ(Hash64(EncodeSkips(kSkips), 0), 17127849067168436150u);
}

TEST(ChainTest, LookUpFindsEntriesAndTheirSuccessors) {
  const Chain chain = SomeChain();
  EXPECT_EQ(FindEntry(chain, {2}), &chain.entries[1]);
  EXPECT_EQ(FindEntry(chain, {3}), nullptr);
  EXPECT_EQ(NextEntry(chain, {2}), &chain.entries[2]);
  EXPECT_EQ(NextEntry(chain, {4}), nullptr);
}

}  // namespace
}  // namespace borealis::log
