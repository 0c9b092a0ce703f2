#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/reconcile/decide.h"

namespace borealis::control {
namespace {

using Kind = Step::Kind;
constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayUs = 1440 * kMinuteUs;

class SnapshotsTest : public testing::Test {
 protected:
  SnapshotsTest() {
    Cluster cluster;
    cluster.id = "c";
    cluster.resource_id = "cluster-1";
    cluster.directory = "c1";
    cluster.status = "available";
    cluster.backup_window = "03:00-03:30";
    region_.clusters["c"] = cluster;
    observed_.clusters["cluster-1"] = {true, true, {1, now_us_}};
  }
  ClusterSnapshot& Add(const std::string& id, const std::string& status = "creating") {
    ClusterSnapshot& snapshot = region_.snapshots[id];
    snapshot.id = id;
    snapshot.resource_id = "snapshot-" + id;
    snapshot.directory = "s-" + id;
    snapshot.status = status;
    snapshot.origin.directory = "c1";
    return snapshot;
  }
  std::vector<Kind> Decide() {
    Decision decision = control::Decide(region_, observed_, now_us_);
    region_ = decision.region;
    std::vector<Kind> kinds;
    for (const Step& step : decision.steps) kinds.push_back(step.kind);
    return kinds;
  }

  Region region_;
  Observed observed_;
  int64_t now_us_ = 100 * kDayUs;
};

TEST_F(SnapshotsTest, OneIsTakenThenAvailableThenRemoved) {
  Add("s");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kTakeBackup));
  observed_.busy = {"snapshot-s"};
  observed_.snapshots["snapshot-s"] = {true, true};  // its first round; more may come
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(region_.snapshots.at("s").status, "creating");
  observed_.busy = {};
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(region_.snapshots.at("s").status, "available");
  region_.snapshots.at("s").status = "deleting";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kRemoveBackup));
  observed_.snapshots.clear();
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_TRUE(region_.snapshots.empty());
}

TEST_F(SnapshotsTest, ACopyIsMadeFromFilesAlone) {
  Add("s", "copying").origin = {"s-old", "", 0};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kCopyBackup));
}

TEST_F(SnapshotsTest, TheFinalOneComesAfterTheInstancesAndBeforeTheFilesGo) {
  region_.clusters.at("c").status = "deleting";
  Instance instance;
  instance.id = "a";
  instance.resource_id = "db-a";
  instance.cluster = "c";
  instance.status = "deleting";
  region_.instances["a"] = instance;
  observed_.instances["db-a"].agent_lives = true;
  Add("last");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  region_.instances.clear();
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kTakeBackup));
  observed_.snapshots["snapshot-last"] = {true, true};
  Decide();
  EXPECT_EQ(region_.snapshots.at("last").status, "available");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kRemoveFiles));
}

TEST_F(SnapshotsTest, AClusterStaysWhenItsFinalSnapshotFails) {
  region_.clusters.at("c").status = "deleting";
  Add("last");
  observed_.failures["snapshot-last"] = {kBackupTriesMax, "no room", now_us_};
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(region_.snapshots.at("last").status, "failed");
  EXPECT_EQ(region_.clusters.at("c").status, "available");
}

TEST_F(SnapshotsTest, OneIsMadeEachDayAndOldOnesGo) {
  Decide();
  EXPECT_TRUE(region_.snapshots.empty());  // midnight
  now_us_ += 181 * kMinuteUs;
  observed_.clusters["cluster-1"].restorable = {1, now_us_};
  Decide();
  Decide();
  ASSERT_EQ(region_.snapshots.size(), 1);
  const ClusterSnapshot& made = region_.snapshots.begin()->second;
  EXPECT_EQ(made.id, "rds:c-1970-04-11-03-01");
  EXPECT_EQ(made.origin.until_us, now_us_);
  now_us_ += kDayUs;
  observed_.clusters["cluster-1"].restorable = {1, now_us_};
  Decide();
  EXPECT_EQ(region_.snapshots.size(), 2);
  now_us_ += 1;  // one day is kept
  Decide();
  EXPECT_EQ(region_.snapshots.size(), 1);
  now_us_ += 60 * kMinuteUs;
  observed_.clusters["cluster-1"].restorable = {now_us_, now_us_};  // trimmed early
  Decide();
  EXPECT_TRUE(region_.snapshots.empty());
}

TEST_F(SnapshotsTest, AutomatedOnesGoWithTheirCluster) {
  now_us_ += 181 * kMinuteUs;
  observed_.clusters["cluster-1"].restorable = {1, now_us_};
  Decide();
  region_.clusters.at("c").status = "deleting";
  Decide();
  EXPECT_TRUE(region_.snapshots.empty());
}

}  // namespace
}  // namespace borealis::control
