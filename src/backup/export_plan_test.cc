#include "backup/export_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "backup/testing.h"

namespace borealis::backup {
namespace {

using ::testing::ElementsAre;
using testing::Entry;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Snapshot;
using testing::Volume;

class ExportPlanTest : public ::testing::Test {
 protected:
  ExportPlanTest() {
    facts_.identity = Volume();
    facts_.chain = {Entry(3, 10, 4096), Entry(4, 20, 0)};
    facts_.open_end = 2048;
    facts_.until = {31};
    facts_.newest = Snapshot(10, 3);
  }
  Result<ExportPlan> Plan(const ExportManifest* previous, size_t keep = 2) {
    return PlanExport(facts_, previous, keep, [&](const ExportedFile& file) {
      return previous != nullptr && missing_.count(file.name) == 0;
    });
  }
  ExportPlan MustPlan(const ExportManifest* previous, size_t keep = 2) {
    auto plan = Plan(previous, keep);
    CHECK_OK(plan);
    (void)EncodeExportManifest(plan->next);  // checks the invariants
    return std::move(*plan);
  }
  // The volume goes on: the open segment is sealed, another one is begun.
  void Grow(uint64_t sealed_at, uint64_t open_end) {
    log::ChainEntry& last = facts_.chain.back();
    last.sealed = true;
    last.final_size = sealed_at;
    last.oldest_chunk = last.segment.id;
    facts_.until.value += 10;
    facts_.chain.push_back(Entry(last.segment.id.value + 1, facts_.until.value, 0));
    facts_.open_end = open_end;
  }
  std::vector<Piece> Copied(const ExportPlan& plan) {
    std::vector<Piece> pieces;
    for (const size_t i : plan.copy_pieces) pieces.push_back(plan.next.pieces[i]);
    return pieces;
  }
  std::vector<int64_t> Kept(const ExportPlan& plan) {
    std::vector<int64_t> seqnos;
    for (const auto& snapshot : plan.next.snapshots) seqnos.push_back(snapshot.seqno.value);
    return seqnos;
  }

  ExportFacts facts_;
  std::set<std::string> missing_;
};

TEST_F(ExportPlanTest, TheFirstCopiesTheNewestSnapshotAndTheLogFromIt) {
  const ExportPlan plan = MustPlan(nullptr);
  EXPECT_TRUE(plan.copy_snapshot);
  EXPECT_THAT(Copied(plan), ElementsAre(Piece{{3}, 0, 4096, 0}, Piece{{4}, 0, 2048, 0}));
  EXPECT_EQ(plan.next.until, Seqno{31});
  facts_.newest = Snapshot(25, 4);
  EXPECT_THAT(Copied(MustPlan(nullptr)), ElementsAre(Piece{{4}, 0, 2048, 0}));
}

TEST_F(ExportPlanTest, TheNextCopiesOnlyWhatIsNew) {
  const ExportManifest first = MustPlan(nullptr).next;
  EXPECT_THAT(Copied(MustPlan(&first)), IsEmpty());
  facts_.open_end = 3072;
  const ExportManifest second = MustPlan(&first).next;
  EXPECT_THAT(Copied(MustPlan(&first)), ElementsAre(Piece{{4}, 2048, 3072, 0}));
  Grow(3584, 512);
  const ExportPlan third = MustPlan(&second);
  EXPECT_FALSE(third.copy_snapshot);
  EXPECT_THAT(Copied(third), ElementsAre(Piece{{4}, 3072, 3584, 0}, Piece{{5}, 0, 512, 0}));
}

TEST_F(ExportPlanTest, ManyPiecesBecomeOne) {
  ExportManifest previous = MustPlan(nullptr).next;
  for (size_t i = 1; i < kPiecesPerSegmentMax; ++i) {
    facts_.open_end += 512;
    previous = MustPlan(&previous).next;
  }
  EXPECT_EQ(previous.pieces.size(), 1 + kPiecesPerSegmentMax);
  EXPECT_THAT(Copied(MustPlan(&previous)), IsEmpty());
  facts_.open_end += 512;
  EXPECT_THAT(Copied(MustPlan(&previous)), ElementsAre(Piece{{4}, 0, facts_.open_end, 0}));
}

TEST_F(ExportPlanTest, KeepsTheNewestSnapshotsAndTheLogFromTheOldestOfThem) {
  const ExportManifest first = MustPlan(nullptr).next;
  Grow(4096, 512);
  facts_.newest = Snapshot(35, 4);
  const ExportPlan two = MustPlan(&first);
  EXPECT_TRUE(two.copy_snapshot);
  EXPECT_THAT(Kept(two), ElementsAre(10, 35));
  EXPECT_EQ(two.next.chain.size(), 3U);
  const ExportPlan one = MustPlan(&first, 1);
  EXPECT_THAT(Kept(one), ElementsAre(35));
  EXPECT_EQ(one.next.chain.front().segment.id, SegmentId{4});
}

TEST_F(ExportPlanTest, LogThatTheVolumeTrimmedIsKeptAsLongAsItJoins) {
  const ExportManifest first = MustPlan(nullptr).next;
  Grow(4096, 512);
  facts_.chain.erase(facts_.chain.begin());  // segment 3
  facts_.newest = Snapshot(35, 4);
  const ExportPlan joined = MustPlan(&first);
  EXPECT_THAT(Kept(joined), ElementsAre(10, 35));
  EXPECT_EQ(joined.next.chain.front().segment.id, SegmentId{3});
  EXPECT_FALSE(joined.starts_anew);
  // 4 is gone before the rest of it was copied.
  facts_.chain.erase(facts_.chain.begin());
  facts_.newest = Snapshot(41, 5);
  const ExportPlan anew = MustPlan(&first);
  EXPECT_THAT(Kept(anew), ElementsAre(41));
  EXPECT_TRUE(anew.starts_anew);
  EXPECT_THAT(Copied(anew), ElementsAre(Piece{{5}, 0, 512, 0}));
}

TEST_F(ExportPlanTest, WhatIsMissingInTheDirectoryIsCopiedAgainOrGivenUp) {
  facts_.open_end = 1024;
  const ExportManifest half = MustPlan(nullptr).next;
  facts_.open_end = 2048;
  const ExportManifest first = MustPlan(&half).next;
  missing_ = {"segment.00000000000000000004.000000000000-000000001024"};
  EXPECT_THAT(Copied(MustPlan(&first)), ElementsAre(Piece{{4}, 0, 2048, 0}));
  missing_ = {"segment.00000000000000000004.000000001024-000000002048"};
  EXPECT_THAT(Copied(MustPlan(&first)), ElementsAre(Piece{{4}, 1024, 2048, 0}));
  missing_ = {"snapshot.00000000000000000010.data"};
  EXPECT_TRUE(MustPlan(&first).copy_snapshot);
  // Only the directory had it.
  facts_.chain.erase(facts_.chain.begin());
  facts_.newest = Snapshot(25, 4);
  missing_ = {"segment.00000000000000000003.000000000000-000000004096"};
  EXPECT_THAT(Kept(MustPlan(&first)), ElementsAre(25));
}

TEST_F(ExportPlanTest, SnapshotsThatHoldARecordGivenUpSinceAreDropped) {
  const ExportManifest first = MustPlan(nullptr).next;
  facts_.newest = Snapshot(25, 4);
  const ExportManifest both = MustPlan(&first).next;
  facts_.newest = Snapshot(10, 3);  // the volume deleted its other one
  facts_.skips = {{.seqno = {20}, .decided_us = 1, .reason = "why"}};
  EXPECT_THAT(Kept(MustPlan(&both)), ElementsAre(10));
  const ExportManifest after = MustPlan(&both).next;
  facts_.newest = Snapshot(26, 4);  // made with it
  const ExportManifest then = MustPlan(&after).next;
  EXPECT_THAT(Kept(MustPlan(&then)), ElementsAre(10, 26));
}

TEST_F(ExportPlanTest, AnotherVolumeOrHistoryIsRefused) {
  const ExportManifest first = MustPlan(nullptr).next;
  const auto refused = [&](std::string_view why) {
    const auto plan = Plan(&first);
    EXPECT_EQ(plan.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(plan.status().message(), HasSubstr(why));
  };
  const ExportFacts good = facts_;
  facts_.identity = Volume(2);
  refused("an export of volume ");
  facts_ = good;
  facts_.until = {30};
  refused("older copy");
  facts_ = good;
  facts_.chain[0].final_size = 4608;
  refused("another history");
  facts_ = good;
  facts_.chain[1].segment.epoch.value = 9;
  refused("part in segment 4");
  facts_ = good;
  facts_.chain[1].segment.id.value = 5;
  refused("part in segment 4");
}

}  // namespace
}  // namespace borealis::backup
