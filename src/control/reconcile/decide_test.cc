#include "control/reconcile/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace borealis::control {
namespace {

using Kind = Step::Kind;
using Node = ObservedInstance::Node;

class DecideTest : public testing::Test {
 protected:
  DecideTest() {
    Cluster cluster;
    cluster.id = "c";
    cluster.resource_id = "cluster-1";
    cluster.pending_password_hash = "secret-1";
    region_.clusters["c"] = cluster;
  }
  void AddInstance(const std::string& id) {
    Instance instance;
    instance.id = id;
    instance.resource_id = "db-" + id;
    instance.cluster = "c";
    region_.instances[id] = instance;
  }
  std::vector<Kind> Decide() {
    Decision decision = control::Decide(region_, observed_, now_us_);
    region_ = decision.region;
    steps_ = decision.steps;
    std::vector<Kind> kinds;
    for (const Step& step : steps_) kinds.push_back(step.kind);
    return kinds;
  }
  Cluster& cluster() { return region_.clusters.at("c"); }
  Instance& instance(const std::string& id) { return region_.instances.at(id); }
  ObservedCluster& volume() { return observed_.clusters["cluster-1"]; }
  ObservedInstance& node(const std::string& id) { return observed_.instances["db-" + id]; }
  void Ready(const std::string& id) {
    node(id).agent_lives = node(id).server_lives = node(id).files_there = node(id).has_slot = true;
    node(id).node = Node::kReady;
  }
  // A volume, servers that know the master user, and these instances, which are ready.
  void Serve(std::initializer_list<const char*> ids) {
    volume().volume_ready = true;
    cluster().pending_password_hash = "";
    for (const char* id : ids) {
      AddInstance(id);
      Ready(id);
    }
  }
  void Restart(std::initializer_list<const char*> ids, const char* status) {
    for (const char* id : ids) {
      instance(id).status = status;
      instance(id).stop_first = true;
    }
  }
  std::string LastEvent() const {
    return region_.events.empty() ? "" : region_.events.rbegin()->second.message;
  }

  Region region_;
  Observed observed_;
  int64_t now_us_ = 1'000'000'000;
  std::vector<Step> steps_;
};

// The epoch was a Thursday.
TEST_F(DecideTest, AnotherClassWaitsForTheMaintenanceWindow) {
  constexpr int64_t kHourUs = 3'600'000'000;
  volume().volume_ready = true;
  cluster().pending_password_hash.clear();
  AddInstance("a");
  instance("a").status = "available";
  instance("a").instance_class = "db.t3.micro";
  instance("a").pending_class = "db.t3.small";
  instance("a").maintenance_window = "thu:04:00-thu:05:00";
  Ready("a");
  now_us_ = 4 * kHourUs - 1;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").instance_class, "db.t3.micro");
  now_us_ = 4 * kHourUs;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  EXPECT_EQ(instance("a").instance_class, "db.t3.small");
  EXPECT_EQ(instance("a").pending_class, "");
  EXPECT_EQ(instance("a").status, "modifying");
}

TEST_F(DecideTest, ANewPasswordWaitsForTheClustersMaintenanceWindow) {
  constexpr int64_t kHourUs = 3'600'000'000;
  volume().volume_ready = true;
  cluster().status = "available";
  cluster().pending_password_hash.clear();
  cluster().waiting_password_hash = "secret-2";
  cluster().engine_version = "5.6.10a";
  cluster().waiting_version = "10.11";
  cluster().maintenance_window = "thu:04:00-thu:05:00";
  AddInstance("a");
  instance("a").status = "available";
  Ready("a");
  now_us_ = 4 * kHourUs - 1;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(cluster().engine_version, "5.6.10a");
  now_us_ = 4 * kHourUs;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeUser));
  EXPECT_EQ(steps_[0].cluster.pending_password_hash, "secret-2");
  EXPECT_EQ(cluster().status, "resetting-master-credentials");
  EXPECT_EQ(cluster().waiting_password_hash, "");
  EXPECT_EQ(cluster().engine_version, "10.11");
  EXPECT_EQ(LastEvent(), "Modifications that waited for the maintenance window are applied");
  observed_.passwords_set["cluster-1"] = "secret-2";
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(cluster().status, "available");
}

TEST_F(DecideTest, NothingThatWaitsIsNoNews) {
  volume().volume_ready = true;
  cluster().status = "available";
  cluster().maintenance_window = "thu:00:00-thu:01:00";
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(LastEvent(), "");
}

TEST_F(DecideTest, AVolumeIsMadeOnceAndThenTheClusterIsAvailable) {
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeVolume));
  observed_.busy = {"cluster-1"};
  EXPECT_THAT(Decide(), testing::IsEmpty());
  observed_.busy = {};
  volume().volume_ready = true;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(cluster().status, "available");
  EXPECT_EQ(LastEvent(), "DB cluster created");
}

TEST_F(DecideTest, AVolumeThatCantBeMadeFailsTheClusterAfterSomeTries) {
  observed_.failures["cluster-1"] = {1, "no room", now_us_};
  EXPECT_THAT(Decide(), testing::IsEmpty());  // not at once
  now_us_ += RetryDelayUs(1);
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeVolume));
  observed_.failures["cluster-1"].count = kVolumeTriesMax;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(cluster().status, "failed");
  EXPECT_EQ(LastEvent(), "DB cluster could not be created: no room");
}

TEST_F(DecideTest, AnInstanceWaitsForTheVolumeThenItsServerThenTheUser) {
  AddInstance("a");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeVolume));
  volume().volume_ready = true;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  node("a").agent_lives = true;
  node("a").node = Node::kComing;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  Ready("a");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeUser));
  EXPECT_EQ(instance("a").status, "creating");
  observed_.passwords_set["cluster-1"] = "secret-1";
  observed_.endpoints_there = false;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").status, "creating");
  observed_.endpoints_there = true;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").status, "available");
  EXPECT_EQ(cluster().pending_password_hash, "");
  EXPECT_EQ(LastEvent(), "DB instance created");
}

TEST_F(DecideTest, OneOfTwoInstancesMakesTheUser) {
  AddInstance("a");
  AddInstance("b");
  volume().volume_ready = true;
  Ready("a");
  Ready("b");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeUser));
}

TEST_F(DecideTest, AnOlderPasswordDoesNotCountAsTheNewOne) {
  volume().volume_ready = true;
  AddInstance("a");
  Ready("a");
  observed_.passwords_set["cluster-1"] = "secret-0";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kMakeUser));
  EXPECT_EQ(cluster().pending_password_hash, "secret-1");
}

TEST_F(DecideTest, AnAgentThatDiedIsStartedAgainAndTheInstanceStaysAvailable) {
  Serve({"a"});
  Decide();
  EXPECT_EQ(instance("a").status, "available");
  node("a").agent_lives = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  EXPECT_EQ(instance("a").status, "available");
}

TEST_F(DecideTest, ACrashIsToldOnceAndSoIsTheRecovery) {
  Serve({"a"});
  Decide();
  node("a").node = Node::kComing;
  node("a").crash_us = now_us_;
  Decide();
  const size_t told = region_.events.size();
  EXPECT_TRUE(LastEvent().starts_with("Recovery of the DB instance has started."));
  Decide();
  EXPECT_EQ(region_.events.size(), told);
  node("a").node = Node::kReady;
  Decide();
  EXPECT_EQ(LastEvent(), "Recovery of the DB instance is complete.");
  EXPECT_EQ(region_.events.size(), told + 1);
}

TEST_F(DecideTest, ACrashThatIsAskedForIsCarriedOutOnce) {
  AddInstance("a");
  volume().volume_ready = true;
  Ready("a");
  cluster().pending_password_hash.clear();
  instance("a").status = "available";
  instance("a").crash_asked = true;
  observed_.busy = {"db-a"};  // something else is under way
  EXPECT_THAT(Decide(), testing::IsEmpty());
  observed_.busy = {};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kCrashServer));
  EXPECT_THAT(Decide(), testing::IsEmpty());
  instance("a").crash_asked = true;
  node("a").node = Node::kComing;  // it is down already
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_FALSE(instance("a").crash_asked);
}

TEST_F(DecideTest, ARebootStopsStartsAndIsAvailableAgain) {
  Serve({"a"});
  Restart({"a"}, "rebooting");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  node("a") = {};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  Ready("a");
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").status, "available");
  EXPECT_EQ(LastEvent(), "DB instance restarted");
}

TEST_F(DecideTest, DeletionStopsThenFreesTheSlotThenTheFilesThenForgets) {
  volume().volume_ready = volume().directory_there = true;
  AddInstance("a");
  Ready("a");
  instance("a").status = cluster().status = "deleting";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  node("a").agent_lives = false;  // killed: its server lives on
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  node("a").server_lives = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kFreeSlot));
  node("a").has_slot = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kRemoveNode));
  EXPECT_EQ(region_.instances.size(), 1);
  node("a").files_there = false;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(region_.instances.size(), 0);
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kRemoveFiles));
  volume() = {};
  Decide();
  EXPECT_EQ(region_.clusters.size(), 0);
  EXPECT_EQ(LastEvent(), "DB cluster deleted");
}

TEST_F(DecideTest, NothingIsForgottenWhileAJobRuns) {
  AddInstance("a");
  instance("a").status = cluster().status = "deleting";
  observed_.busy = {"db-a", "cluster-1"};
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(region_.instances.size(), 1);
  observed_.busy = {"cluster-1"};
  Decide();
  EXPECT_EQ(region_.instances.size(), 0);
  Decide();
  EXPECT_EQ(region_.clusters.size(), 1);
}

TEST_F(DecideTest, AnAgentThatNeverComesUpFailsTheInstanceAndIsTriedOn) {
  volume().volume_ready = true;
  AddInstance("a");
  observed_.failures["db-a"] = {kAgentTriesMax, "port taken",
                                now_us_ - RetryDelayUs(kAgentTriesMax)};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  EXPECT_EQ(instance("a").status, "failed");
  EXPECT_EQ(LastEvent(), "DB instance failed: port taken");
  cluster().pending_password_hash = "";
  observed_.failures.clear();
  Ready("a");
  Decide();
  EXPECT_EQ(instance("a").status, "available");
}

TEST_F(DecideTest, InstancesRestartOneAfterAnother) {
  Serve({"a", "b"});
  Decide();
  Restart({"a", "b"}, "modifying");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  EXPECT_EQ(steps_[0].instance.id, "a");
  node("a") = {};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  Ready("a");
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  EXPECT_EQ(steps_[0].instance.id, "b");
}

TEST_F(DecideTest, WantOfMemoryIsTold) {
  Serve({"a"});
  Decide();
  const size_t before = region_.events.size();
  Decide();
  EXPECT_EQ(region_.events.size(), before);
  observed_.out_of_memory = {"db-a"};
  Decide();
  EXPECT_EQ(region_.events.size(), before + 1);
  EXPECT_THAT(LastEvent(), testing::HasSubstr("was not enough"));
}

TEST_F(DecideTest, AForcedRebootWaitsForNobody) {
  Serve({"a", "b"});
  Decide();
  Restart({"a", "b"}, "rebooting");
  instance("b").forced = true;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode, Kind::kStopNode));
  EXPECT_FALSE(steps_[0].instance.forced);
  EXPECT_TRUE(steps_[1].instance.forced);
}

TEST_F(DecideTest, ParametersAreSetOrWaitForAReboot) {
  volume().volume_ready = true;
  cluster().pending_password_hash = "";
  AddInstance("a");
  region_.instance_parameter_groups["g"].values = {{"wait_timeout", {"60", true}},
                                                   {"performance_schema", {"1", false}}};
  instance("a").parameter_group = "g";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  EXPECT_EQ(steps_[0].parameters,
            (ParameterValues{{"performance_schema", "1"}, {"wait_timeout", "60"}}));
  Ready("a");
  EXPECT_THAT(Decide(), testing::IsEmpty());  // it started with them
  region_.instance_parameter_groups["g"].values = {{"performance_schema", {"0", false}},
                                                   {"long_query_time", {"1", true}}};
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kSetParameters));
  EXPECT_EQ(steps_[0].parameters,
            (ParameterValues{{"long_query_time", "1"}, {"wait_timeout", "DEFAULT"}}));
  observed_.parameters_set["db-a"] = steps_[0].parameters;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_TRUE(DifferenceOf(region_, instance("a")).waits);
  observed_.parameters_set.clear();
  // Its server crashes and is back with what its agent started it with.
  node("a").crash_us = now_us_;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kSetParameters));
  // Its agent dies; the server goes on with what it has.
  node("a").agent_lives = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  EXPECT_TRUE(DifferenceOf(region_, instance("a")).waits);
  node("a").server_lives = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  EXPECT_FALSE(DifferenceOf(region_, instance("a")).waits);
}

TEST_F(DecideTest, AClusterStopsAndStartsWithItsInstances) {
  Serve({"a"});
  Decide();
  cluster().status = instance("a").status = "stopping";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));
  node("a").agent_lives = false;
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kStopNode));  // its server lives on
  node("a").server_lives = false;
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").status, "stopped");
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(cluster().status, "stopped");
  EXPECT_FALSE(InTransition(region_));
  cluster().status = instance("a").status = "starting";
  EXPECT_THAT(Decide(), testing::ElementsAre(Kind::kLaunchAgent));
  Ready("a");
  EXPECT_THAT(Decide(), testing::IsEmpty());
  EXPECT_EQ(instance("a").status, "available");
  Decide();
  EXPECT_EQ(cluster().status, "available");
}

TEST(RetryDelay, GrowsToABound) {
  EXPECT_EQ(RetryDelayUs(1), 500'000);
  EXPECT_EQ(RetryDelayUs(2), 1'000'000);
  EXPECT_EQ(RetryDelayUs(100), 30'000'000);
}

}  // namespace
}  // namespace borealis::control
