#include "snapshot/cache_state.h"

#include <gtest/gtest.h>

#include <cstring>
#include <span>

#include "base/codec.h"
#include "snapshot/testing.h"

namespace borealis::snapshot {
namespace {

CacheState Example() {
  CacheState state;
  state.volume = Uuid::FromRandom(1, 2);
  state.restored = {0};
  state.node = "node1";
  return state;
}

TEST(CacheState, ComesBackAsItWas) {
  CacheState state = Example();
  state.condition = CacheCondition::kInconsistent;
  state.at = {9};
  state.last_isolated = {8};
  state.skips = 3;
  state.reason = "row not found in demo.course";
  EXPECT_EQ(*DecodeCacheState(EncodeCacheState(state)), state);
}

TEST(CacheState, TheFirstVersionIsReadAsOneThatKnowsNoSkips) {
  const CacheState state = Example();
  Bytes payload;
  Encoder inner(payload);
  inner.Raw(std::as_bytes(std::span(state.volume.bytes)));
  inner.Int(state.condition);
  for (const Seqno seqno : {state.at, state.restored, state.last_isolated}) inner.Int(seqno.value);
  inner.Text(state.node);
  inner.Text(state.reason);
  Bytes bytes;
  Encoder encoder(bytes);
  encoder.Raw(AsBytes("BRLCACHE"));
  encoder.Int(uint32_t{1});
  encoder.Blob(payload);
  encoder.Int(Hash64(bytes, 0x6361636865));
  EXPECT_EQ(*DecodeCacheState(bytes), state);
}

TEST(CacheState, EveryFlippedBitAndTruncationIsNoticed) {
  const Bytes good = EncodeCacheState(Example());
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    ASSERT_FALSE(DecodeCacheState(bad).ok()) << "bit " << bit;
  }
  for (size_t length = 0; length < good.size(); ++length) {
    ASSERT_FALSE(DecodeCacheState(ByteView(good).first(length)).ok()) << length;
  }
}

TEST(CacheState, ANewerVersionSaysSo) {
  Bytes bytes = EncodeCacheState(Example());
  const uint32_t version = kCacheStateVersion + 1;
  std::memcpy(bytes.data() + 8, &version, 4);
  EXPECT_EQ(DecodeCacheState(bytes).status().code(), Code::kUnsupported);
}

TEST(CacheState, ADirectoryWithoutOneIsNotFound) {
  const TempDirectory dir;
  EXPECT_EQ(ReadCacheState(dir.path()).status().code(), Code::kNotFound);
  WriteText(dir / kCacheStateFile, "");
  EXPECT_EQ(ReadCacheState(dir.path()).status().code(), Code::kCorruption);
}

TEST(CacheStateFile, AnIsolatedStatementIsUnsafeUntilItIsSafe) {
  const TempDirectory dir;
  ASSERT_TRUE(WriteCacheState(dir.path(), Example(), Durability::kDurable).ok());
  const auto file = CacheStateFile::Open(dir.path());
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->MarkUnsafe({5}).ok());
  auto state = ReadCacheState(dir.path());
  EXPECT_EQ(state->condition, CacheCondition::kUnsafe);
  EXPECT_EQ(state->at, Seqno{5});
  ASSERT_TRUE((*file)->MarkSafe({5}).ok());
  state = ReadCacheState(dir.path());
  EXPECT_EQ(state->condition, CacheCondition::kSafe);
  EXPECT_EQ(state->last_isolated, Seqno{5});
  EXPECT_EQ(*state, (*file)->state());
}

TEST(CacheStateFile, InconsistentStaysAndKeepsItsFirstReason) {
  const TempDirectory dir;
  ASSERT_TRUE(WriteCacheState(dir.path(), Example(), Durability::kDurable).ok());
  const auto file = CacheStateFile::Open(dir.path());
  ASSERT_TRUE((*file)->MarkInconsistent({7}, "first\nreason").ok());
  ASSERT_TRUE((*file)->MarkInconsistent({8}, "second").ok());
  ASSERT_TRUE((*file)->MarkSafe({7}).ok());
  EXPECT_EQ((*file)->MarkUnsafe({9}).code(), Code::kAborted);
  const auto state = ReadCacheState(dir.path());
  EXPECT_EQ(state->condition, CacheCondition::kInconsistent);
  EXPECT_EQ(state->at, Seqno{7});
  EXPECT_EQ(state->reason, "first reason");
}

TEST(CacheStateFile, ADiscardedOneStaysSo) {
  const TempDirectory dir;
  ASSERT_TRUE(WriteCacheState(dir.path(), Example(), Durability::kDurable).ok());
  const auto file = CacheStateFile::Open(dir.path());
  ASSERT_TRUE((*file)->MarkDiscarded("why").ok());
  ASSERT_TRUE((*file)->MarkInconsistent({8}, "second").ok());
  EXPECT_EQ((*file)->MarkUnsafe({9}).code(), Code::kAborted);
  const auto state = ReadCacheState(dir.path());
  EXPECT_EQ(state->condition, CacheCondition::kDiscarded);
  EXPECT_EQ(state->at, Seqno::Undefined());
  EXPECT_EQ(state->reason, "why");
}

TEST(CacheStateFile, AWriteThatFailsChangesNothing) {
  const TempDirectory dir;
  ASSERT_TRUE(WriteCacheState(dir.path(), Example(), Durability::kDurable).ok());
  const auto file = CacheStateFile::Open(dir.path());
  ASSERT_TRUE(MakeDirectory(dir / "borealis_cache.new").ok());
  EXPECT_FALSE((*file)->MarkUnsafe({5}).ok());
  EXPECT_EQ((*file)->state(), Example());
  EXPECT_EQ(*ReadCacheState(dir.path()), Example());
}

TEST(CacheState, AReasonIsCutToItsBound) {
  CacheState state = Example();
  state.reason = std::string(2 * kReasonBytesMax, 'x');
  EXPECT_EQ(DecodeCacheState(EncodeCacheState(state))->reason.size(), kReasonBytesMax);
}

}  // namespace
}  // namespace borealis::snapshot
