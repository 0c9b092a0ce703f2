#include "node/upkeep_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kMinute = 60'000'000;
constexpr uint64_t kMiB = 1 << 20;

// Ten segments of 10 MiB with 100 records each; now is minute 1000.
class UpkeepPlanTest : public ::testing::Test {
 protected:
  UpkeepPlanTest() {
    facts_.now_us = 1000 * kMinute;
    facts_.newest = {1000};
    for (uint64_t i = 1; i <= 10; ++i) {
      facts_.chain.push_back({.segment = {{i}, {i}},
                              .before = Seqno{static_cast<int64_t>(i - 1) * 100},
                              .final_size = i < 10 ? 10 * kMiB : 0,
                              .sealed = i < 10});
    }
    facts_.open_bytes = 10 * kMiB;
    facts_.free_bytes = 100ull << 30;
    Snapshot(0, 1, 0);
    policy_.snapshot_mib = 50;
    policy_.retention_minutes = 0;
    policy_.keep = 2;
  }
  void Snapshot(int64_t seqno, uint64_t segment, int64_t minute, bool readable = true) {
    facts_.snapshots.push_back({{seqno}, {{segment}, 0, 0}, minute * kMinute, kMiB, readable});
  }
  void Member(const std::string& name, uint64_t segment, int64_t minute) {
    facts_.members.push_back({{1}, {{segment}, 0, 0}, minute * kMinute, name, "h:1"});
  }
  UpkeepPlan Plan() { return PlanUpkeep(policy_, facts_); }

  UpkeepPolicy policy_;
  VolumeFacts facts_;
};

TEST_F(UpkeepPlanTest, ASnapshotIsDueByTheLogSinceTheLast) {
  EXPECT_TRUE(Plan().take);
  Snapshot(600, 7, 999);
  EXPECT_FALSE(Plan().take);
  policy_.snapshot_mib = 40;
  EXPECT_TRUE(Plan().take);
  policy_.snapshot_mib = 0;
  EXPECT_FALSE(Plan().take);
}

TEST_F(UpkeepPlanTest, ASnapshotIsDueByTimeIfAnythingWasWritten) {
  policy_.snapshot_minutes = 60;
  Snapshot(900, 10, 900);
  EXPECT_TRUE(Plan().take);
  Snapshot(1000, 10, 930);
  EXPECT_FALSE(Plan().take);
}

TEST_F(UpkeepPlanTest, OneThatCantBeReadCountsForNothingAndIsNamed) {
  Snapshot(990, 10, 999, /*readable=*/false);
  EXPECT_TRUE(Plan().take);
  EXPECT_THAT(Plan().warnings, ElementsAre("snapshot 990 can't be read"));
  EXPECT_EQ(Plan().trim, std::nullopt);
}

TEST_F(UpkeepPlanTest, TheNewestAreKeptAndTheLogFromTheOldestOfThemOn) {
  Snapshot(300, 4, 100);
  EXPECT_THAT(Plan().surplus, IsEmpty());
  EXPECT_EQ(Plan().trim, std::nullopt);
  Snapshot(600, 7, 200);
  EXPECT_THAT(Plan().surplus, ElementsAre(Seqno{0}));
  EXPECT_EQ(Plan().trim, (Position{{4}, 0, 0}));
  EXPECT_EQ(Plan().log_held_by, "snapshot 300");
}

TEST_F(UpkeepPlanTest, TheWindowKeepsTheSnapshotThatCoversItsBeginning) {
  for (int64_t i = 1; i <= 8; ++i) Snapshot(i * 100, static_cast<uint64_t>(i) + 1, i * 100);
  policy_.retention_minutes = 450;  // back to minute 550
  EXPECT_THAT(Plan().surplus,
              ElementsAre(Seqno{0}, Seqno{100}, Seqno{200}, Seqno{300}, Seqno{400}));
  EXPECT_EQ(Plan().trim, (Position{{6}, 0, 0}));
}

TEST_F(UpkeepPlanTest, TheWindowGivesWayWhenTheLogIsTooLarge) {
  for (int64_t i = 1; i <= 8; ++i) Snapshot(i * 100, static_cast<uint64_t>(i) + 1, i * 100);
  policy_.retention_minutes = 450;
  policy_.retention_mib = 49;
  EXPECT_EQ(Plan().trim, (Position{{8}, 0, 0}));
  EXPECT_EQ(Plan().surplus.size(), 7u);
}

TEST_F(UpkeepPlanTest, AMemberHoldsTheLogUntilItIsAbsentForTooLong) {
  Snapshot(600, 7, 100);
  Snapshot(700, 8, 200);
  Member("node1", 3, 999);
  EXPECT_EQ(Plan().trim, (Position{{3}, 0, 0}));
  EXPECT_EQ(Plan().log_held_by, "node node1");
  policy_.absent_minutes = 10;
  facts_.members[0].updated_us = 989 * kMinute;
  EXPECT_EQ(Plan().trim, (Position{{7}, 0, 0}));
}

TEST_F(UpkeepPlanTest, ASnapshotThatTheLogDoesNotReachBackToIsNoneToStartFrom) {
  facts_.chain.erase(facts_.chain.begin(), facts_.chain.begin() + 5);
  EXPECT_FALSE(Plan().warnings.empty());
  EXPECT_EQ(Plan().trim, std::nullopt);
  EXPECT_THAT(Plan().surplus, IsEmpty());
}

TEST_F(UpkeepPlanTest, NothingIsTrimmedWithoutASnapshot) {
  facts_.snapshots.clear();
  EXPECT_TRUE(Plan().take);
  EXPECT_EQ(Plan().trim, std::nullopt);
}

TEST_F(UpkeepPlanTest, AFullDiskIsSaidEarly) {
  facts_.free_bytes = 100 * kMiB;
  EXPECT_THAT(Plan().warnings, ElementsAre(::testing::HasSubstr("100 MiB left")));
}

TEST(UpkeepPolicyTest, IsReadAndWritten) {
  const auto policy = UpkeepPolicy::Parse("snapshot_mib=5;keep=3;");
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->snapshot_mib, 5u);
  EXPECT_EQ(*UpkeepPolicy::Parse(policy->ToString()), *policy);
  for (const char* bad : {"keep=0", "keep", "keep=x", "what=1", "keep=1x"}) {
    EXPECT_EQ(UpkeepPolicy::Parse(bad).status().code(), Code::kInvalidArgument) << bad;
  }
}

TEST_F(UpkeepPlanTest, AnExportIsDueByTimeAndAFailedOneIsTriedAgainSoon) {
  EXPECT_FALSE(Plan().export_due);
  policy_.export_directory = "/mnt/x";
  EXPECT_TRUE(Plan().export_due);
  ExportState state{.directory = "/mnt/x", .every_minutes = 60, .until = {900}};
  const auto due = [&](int64_t succeeded, int64_t failed) {
    state.succeeded_us = succeeded * kMinute;
    state.failed_us = failed * kMinute;
    facts_.exports = {state};
    return Plan().export_due;
  };
  EXPECT_FALSE(due(941, 0));
  EXPECT_TRUE(due(940, 0));
  EXPECT_FALSE(due(940, 996));
  EXPECT_TRUE(due(940, 995));
  policy_.export_directory = "/mnt/y";
  EXPECT_TRUE(due(999, 0));
  EXPECT_FALSE(Plan().Anything() && !Plan().take);  // `volume tend` has nothing to do with it
}

TEST_F(UpkeepPlanTest, AnExportThatFailsOrIsOverdueIsAWarning) {
  const auto warnings = [&](ExportState state) {
    state.directory = "/mnt/x";
    facts_.exports = {std::move(state)};
    return Plan().warnings;
  };
  EXPECT_THAT(warnings({.every_minutes = 60, .until = {9}, .succeeded_us = 880 * kMinute}),
              IsEmpty());
  EXPECT_THAT(warnings({.every_minutes = 60, .until = {9}, .succeeded_us = 879 * kMinute}),
              ElementsAre("the export to /mnt/x is overdue (every 60 minutes): the last good one, "
                          "of seqno 9, was made at 1970-01-01T14:39:00.000000Z"));
  EXPECT_THAT(warnings({.every_minutes = 0, .until = {9}, .succeeded_us = 1}), IsEmpty());
  EXPECT_THAT(warnings({.every_minutes = 60, .failed_us = 999 * kMinute, .failure = "no space"}),
              ElementsAre("the export to /mnt/x fails (no space); none was ever completed"));
}

TEST(UpkeepPolicyTest, AnExportGoesToAnAbsoluteDirectory) {
  const auto policy = UpkeepPolicy::Parse("export=/mnt/a b;export_minutes=5;keep=3");
  ASSERT_TRUE(policy.ok()) << policy.status().ToString();
  EXPECT_EQ(policy->export_directory, "/mnt/a b");
  EXPECT_EQ(*UpkeepPolicy::Parse(policy->ToString()), *policy);
  for (const char* bad :
       {"export=", "export=mnt", "export=/a\nb", "export_minutes=0", "exports=/a"}) {
    EXPECT_EQ(UpkeepPolicy::Parse(bad).status().code(), Code::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace borealis::node
