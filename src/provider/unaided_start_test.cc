#include "provider/unaided_start.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "provider/engine_run.h"
#include "snapshot/publish.h"
#include "snapshot/testing.h"
#include "storage/memory/memory_backend.h"

namespace borealis::provider {
namespace {

using snapshot::CacheCondition;
using snapshot::CacheState;
using snapshot::EnginePosition;
using Kind = UnaidedVerdict::Kind;

const Uuid kVolume = Uuid::FromRandom(1, 2);

CacheState Safe(Seqno last_isolated = Seqno::Undefined()) {
  CacheState state;
  state.volume = kVolume;
  state.node = "node1";
  state.restored = Seqno{0};
  state.last_isolated = last_isolated;
  return state;
}

Kind Judge(const CacheState& state, const EnginePosition& position, Seqno oldest) {
  return JudgeUnaided(state, position, {oldest, {}}).kind;
}

TEST(JudgeUnaided, EnginesTellThePosition) {
  EXPECT_EQ(JudgeUnaided(Safe(Seqno{5}), {kVolume, Seqno{5}}, {Seqno{0}, {}}),
            (UnaidedVerdict{Kind::kStart, Seqno{5}, ""}));
}

// --wsrep-new-cluster makes the engines forget it: the data may hold anything.
TEST(JudgeUnaided, NoPositionIsNeverTheStartOfTheLog) {
  EXPECT_EQ(Judge(Safe(), {}, Seqno{0}), Kind::kRestore);
}

TEST(JudgeUnaided, WhatCannotBeContinuedIsRestored) {
  EXPECT_EQ(Judge(Safe(Seqno{5}), {kVolume, Seqno{4}}, Seqno{0}), Kind::kRestore);
  EXPECT_EQ(Judge(Safe(), {kVolume, Seqno{4}}, Seqno{5}), Kind::kRestore);
}

TEST(JudgeUnaided, DataWithARecordThatWasSkippedSinceIsRestored) {
  const LogFacts log{Seqno{0}, {Seqno{5}}};
  EXPECT_EQ(JudgeUnaided(Safe(), {kVolume, Seqno{4}}, log).kind, Kind::kStart);
  EXPECT_EQ(JudgeUnaided(Safe(), {kVolume, Seqno{5}}, log).kind, Kind::kRestore);
  CacheState knows = Safe();
  knows.skips = 1;
  EXPECT_EQ(JudgeUnaided(knows, {kVolume, Seqno{5}}, log).kind, Kind::kStart);
}

TEST(JudgeUnaided, AnotherHistoryIsRefused) {
  EXPECT_EQ(Judge(Safe(), {Uuid::FromRandom(3, 4), Seqno{4}}, Seqno{0}), Kind::kRefuse);
}

class UnaidedStartTest : public ::testing::Test {
 protected:
  UnaidedStartTest() {
    CHECK_OK(snapshot::MakeDirectory(data_));
    CHECK_OK(snapshot::MakeDirectory(data_ + "/mysql"));
    snapshot::WriteText(data_ + "/ibdata1", "system");
    snapshot::WriteText(data_ + "/mysql/user", "users");
    snapshot::WriteText(data_ + "/server.err", "what happened");
  }
  CacheState Inconsistent() {
    CacheState state = Safe();
    state.condition = CacheCondition::kInconsistent;
    CHECK_OK(snapshot::WriteCacheState(data_, state, snapshot::Durability::kProcess));
    return state;
  }

  const snapshot::TempDirectory dir_;
  const std::string data_ = dir_ / "data";
  const std::shared_ptr<storage::MemoryVolume> volume_ = storage::MemoryVolume::Create({});
  const std::unique_ptr<storage::MemoryBackend> backend_ = volume_->Attach();
};

TEST_F(UnaidedStartTest, AnInconsistentCacheIsReplacedByTheGenesis) {
  ASSERT_TRUE(PublishGenesis(*backend_, data_, kVolume, SegmentId{1}).ok());
  const CacheState state = Inconsistent();
  snapshot::WriteText(data_ + "/ibdata1", "changed");
  ASSERT_TRUE(snapshot::MakeDirectory(data_ + "/shop").ok());
  snapshot::WriteText(data_ + "/server.err", "more happened");

  const auto start = PrepareUnaided(*backend_, nullptr, data_, state, {Seqno{0}, {Seqno{8}}});
  ASSERT_TRUE(start.ok()) << start.status().ToString();
  EXPECT_EQ(*start, Seqno{0});
  EXPECT_EQ(snapshot::ReadText(data_ + "/ibdata1"), "system");
  EXPECT_EQ(snapshot::ReadText(data_ + "/mysql/user"), "users");
  EXPECT_EQ(snapshot::ReadText(data_ + "/server.err"), "more happened");
  EXPECT_FALSE(snapshot::PathExists(data_ + "/shop"));
  const auto after = snapshot::ReadCacheState(data_);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->condition, CacheCondition::kSafe);
  EXPECT_EQ(after->volume, kVolume);
  EXPECT_EQ(after->skips, 1u) << "it was made with the list of the volume";
}

TEST_F(UnaidedStartTest, WithoutASnapshotItIsRefusedAndNothingIsTouched) {
  const CacheState state = Inconsistent();
  const auto start = PrepareUnaided(*backend_, nullptr, data_, state, {Seqno{0}, {}});
  EXPECT_EQ(start.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(snapshot::ReadText(data_ + "/ibdata1"), "system");
}

TEST_F(UnaidedStartTest, RunningEnginesAreLeftAlone) {
  ASSERT_TRUE(PublishGenesis(*backend_, data_, kVolume, SegmentId{1}).ok());
  EXPECT_FALSE(EnginesRun(data_));
  const snapshot::UniqueFd fd(open((data_ + "/ibdata1").c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  ASSERT_EQ(fcntl(fd.get(), F_SETLK, &lock), 0);  // as the engines lock it, in this process
  EXPECT_TRUE(EnginesRun(data_));
  EXPECT_TRUE(EnginesRun(data_)) << "asking took the lock away";
  const auto start = PrepareUnaided(*backend_, nullptr, data_, Inconsistent(), {Seqno{0}, {}});
  EXPECT_EQ(start.status().code(), Code::kInvalidArgument);
  EXPECT_NE(start.status().message().find("--wsrep-recover"), std::string::npos);
}

}  // namespace
}  // namespace borealis::provider
