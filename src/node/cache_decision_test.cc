#include "node/cache_decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::node {
namespace {

using Kind = CacheVerdict::Kind;
using snapshot::CacheCondition;
using snapshot::CacheState;
using ::testing::HasSubstr;

const Uuid kVolume = Uuid::FromRandom(1, 2);
const CacheIdentity kIdentity{kVolume, "node1", "/d/node1/data"};
const LogBounds kLog{{5}, {100}, 0, {}};

CacheState Safe() {
  CacheState state;
  state.volume = kVolume;
  state.node = "node1";
  state.restored = {5};
  return state;
}

TEST(JudgeCache, NoCacheIsRestored) { EXPECT_EQ(JudgeCache({}, kIdentity).kind, Kind::kRestore); }

TEST(JudgeCache, FilesOfNoCacheAreRefused) {
  const auto verdict = JudgeCache({true, Status(Code::kNotFound, "none")}, kIdentity);
  EXPECT_EQ(verdict.kind, Kind::kRefuse);
  EXPECT_THAT(verdict.reason, HasSubstr("/d/node1/data"));
}

TEST(JudgeCache, ASafeCacheIsRecovered) {
  EXPECT_EQ(JudgeCache({true, Safe()}, kIdentity).kind, Kind::kRecover);
}

TEST(JudgeCache, AnUnsafeOrInconsistentCacheIsRestoredAndSaysWhere) {
  for (const auto condition : {CacheCondition::kUnsafe, CacheCondition::kInconsistent}) {
    CacheState state = Safe();
    state.condition = condition;
    state.at = {7};
    const auto verdict = JudgeCache({true, state}, kIdentity);
    EXPECT_EQ(verdict.kind, Kind::kRestore);
    EXPECT_EQ(verdict.failed_at, Seqno{7});
  }
}

TEST(JudgeCache, AnotherVolumesOrNodesCacheIsRefused) {
  CacheState state = Safe();
  state.volume = Uuid::FromRandom(8, 9);
  EXPECT_EQ(JudgeCache({true, state}, kIdentity).kind, Kind::kRefuse);
  state = Safe();
  state.node = "node2";
  EXPECT_EQ(JudgeCache({true, state}, kIdentity).kind, Kind::kRefuse);
}

TEST(JudgeCache, ADamagedStateFileIsRestoredANewerOneRefused) {
  EXPECT_EQ(JudgeCache({true, Status(Code::kCorruption, "x")}, kIdentity).kind, Kind::kRestore);
  EXPECT_EQ(JudgeCache({true, Status(Code::kUnsupported, "x")}, kIdentity).kind, Kind::kRefuse);
  EXPECT_EQ(JudgeCache({true, Status(Code::kIo, "x")}, kIdentity).kind, Kind::kRefuse);
}

TEST(JudgePosition, TheEnginesPositionIsTheStart) {
  const auto verdict = JudgePosition(Safe(), {kVolume, {42}}, kLog, kIdentity);
  EXPECT_EQ(verdict.kind, Kind::kStart);
  EXPECT_EQ(verdict.seqno, Seqno{42});
}

TEST(JudgePosition, EnginesWithoutPositionAreWhereTheirSnapshotWas) {
  const auto verdict = JudgePosition(Safe(), {}, kLog, kIdentity);
  EXPECT_EQ(verdict.kind, Kind::kStart);
  EXPECT_EQ(verdict.seqno, Seqno{5});
  CacheState unknown = Safe();
  unknown.restored = Seqno::Undefined();
  EXPECT_EQ(JudgePosition(unknown, {}, kLog, kIdentity).kind, Kind::kRestore);
}

TEST(JudgePosition, EnginesThatCameBackBeforeASchemaChangeAreRestored) {
  CacheState state = Safe();
  state.last_isolated = {43};
  EXPECT_EQ(JudgePosition(state, {kVolume, {42}}, kLog, kIdentity).kind, Kind::kRestore);
  EXPECT_EQ(JudgePosition(state, {kVolume, {43}}, kLog, kIdentity).kind, Kind::kStart);
  EXPECT_EQ(JudgePosition(state, {}, kLog, kIdentity).kind, Kind::kRestore);
}

TEST(JudgeCache, ADiscardedCacheIsRestoredAndDidNotFail) {
  CacheState state = Safe();
  state.condition = CacheCondition::kDiscarded;
  state.reason = "its user discarded it";
  const auto verdict = JudgeCache({true, state}, kIdentity);
  EXPECT_EQ(verdict.kind, Kind::kRestore);
  EXPECT_EQ(verdict.failed_at, Seqno::Undefined());
  EXPECT_EQ(verdict.reason, state.reason);
}

TEST(JudgeCache, ADifferenceAtNoKnownSeqnoCountsAsAFailureToo) {
  CacheState state = Safe();
  state.condition = CacheCondition::kInconsistent;
  EXPECT_EQ(JudgeCache({true, state}, kIdentity).failed_at, Seqno::Zero());
}

TEST(JudgePosition, DataWithARecordThatWasSkippedSinceIsRestored) {
  LogBounds log = kLog;
  log.skipped = {{42}};
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {41}}, log, kIdentity).kind, Kind::kStart);
  const auto verdict = JudgePosition(Safe(), {kVolume, {42}}, log, kIdentity);
  EXPECT_EQ(verdict.kind, Kind::kRestore);
  EXPECT_THAT(verdict.reason, HasSubstr("seqno 42"));
  CacheState knows = Safe();
  knows.skips = 1;
  EXPECT_EQ(JudgePosition(knows, {kVolume, {42}}, log, kIdentity).kind, Kind::kStart);
  log.skipped.push_back({7});
  EXPECT_EQ(JudgePosition(knows, {kVolume, {42}}, log, kIdentity).kind, Kind::kRestore);
}

TEST(JudgePosition, AheadOfTheLogIsRefusedBehindItsStartRestored) {
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {100}}, kLog, kIdentity).kind, Kind::kStart);
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {101}}, kLog, kIdentity).kind, Kind::kRefuse);
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {5}}, kLog, kIdentity).kind, Kind::kStart);
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {4}}, kLog, kIdentity).kind, Kind::kRestore);
}

TEST(JudgePosition, AForeignHistoryIsRefused) {
  EXPECT_EQ(JudgePosition(Safe(), {Uuid::FromRandom(8, 9), {42}}, kLog, kIdentity).kind,
            Kind::kRefuse);
  EXPECT_EQ(JudgePosition(Safe(), {kVolume, {-1}}, kLog, kIdentity).kind, Kind::kRestore);
}

}  // namespace
}  // namespace borealis::node
