#include "control/actions/actions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "control/api/answer.h"
#include "node/password_hash.h"

namespace borealis::control {
namespace {

class ActionsTest : public testing::Test {
 protected:
  ActionsTest() {
    settings_.random_hex = [this](size_t digits) {
      return std::string(digits - 1, '0') + static_cast<char>('a' + next_++);
    };
    AddDefaults(settings_, region_);
  }
  // The code of the refusal; empty: done, and the region is as the action left it.
  std::string Do(const char* action, const Form& form, const char* service = "rds") {
    const Action found = FindAction(service, action);
    if (found == nullptr) return "InvalidAction";
    Region copy = region_;
    Call call(form, copy, settings_, logs_, restorable_, 1'000'000);
    found(call);
    body_ = RenderResult(service, action, call.result, "id").body;
    if (!call.ok()) return call.parameters.error()->code;
    region_ = copy;
    return "";
  }
  bool Says(const std::string& text) const { return body_.find(text) != std::string::npos; }
  std::string MakeCluster(const char* mode = "multimaster") {
    return Do("CreateDBCluster", {{"DBClusterIdentifier", "C1"},
                                  {"Engine", "aurora"},
                                  {"EngineMode", mode},
                                  {"MasterUsername", "admin"},
                                  {"MasterUserPassword", "cloudacademy"}});
  }
  std::string MakeInstance(const std::string& id) {
    return Do("CreateDBInstance", {{"DBInstanceIdentifier", id},
                                   {"DBInstanceClass", "db.t3.micro"},
                                   {"Engine", "aurora"},
                                   {"DBClusterIdentifier", "c1"}});
  }

  Settings settings_;
  Region region_;
  Restorable restorable_;
  struct : Logs {
    std::vector<LogFile> List(const Region&, const Instance&) const override {
      return {{"error/mysqld.err", text.size(), 1}};
    }
    std::string Read(const Region&, const Instance&, const std::string&,
                     uint64_t from) const override {
      return text.substr(std::min<size_t>(from, text.size()));
    }
    std::string text = "one\ntwo\nthree\n";
  } logs_;
  std::string body_;
  int next_ = 0;
};

TEST_F(ActionsTest, AClusterIsNamedInLowerCaseAndNeverShowsItsPassword) {
  EXPECT_EQ(MakeCluster(), "");
  EXPECT_TRUE(Says("<DBClusterIdentifier>c1</DBClusterIdentifier>"));
  EXPECT_FALSE(Says("cloudacademy"));
  EXPECT_EQ(region_.clusters.at("c1").pending_password_hash, node::PasswordHash("cloudacademy"));
  EXPECT_EQ(MakeCluster(), "DBClusterAlreadyExistsFault");
}

TEST_F(ActionsTest, InstancesGetAddressesAndZonesOfTheirOwn) {
  MakeCluster();
  EXPECT_EQ(MakeInstance("a"), "");
  EXPECT_EQ(MakeInstance("b"), "");
  EXPECT_EQ(region_.instances.at("a").address, "127.0.0.11");
  EXPECT_EQ(region_.instances.at("b").address, "127.0.0.12");
  EXPECT_NE(region_.instances.at("a").zone, region_.instances.at("b").zone);
  region_.instances.erase("a");
  EXPECT_EQ(MakeInstance("d"), "");
  EXPECT_EQ(region_.instances.at("d").address, "127.0.0.11");
}

TEST_F(ActionsTest, OneWriterUnlessMultimaster) {
  MakeCluster("provisioned");
  EXPECT_EQ(MakeInstance("a"), "");
  EXPECT_EQ(MakeInstance("b"), "InvalidDBClusterStateFault");
}

TEST_F(ActionsTest, ACommandOnWhatIsNotThereOrNotReadySaysSo) {
  EXPECT_EQ(MakeInstance("a"), "DBClusterNotFoundFault");
  MakeCluster();
  EXPECT_EQ(Do("ModifyDBCluster", {{"DBClusterIdentifier", "c1"}}), "InvalidDBClusterStateFault");
  EXPECT_EQ(Do("RebootDBInstance", {{"DBInstanceIdentifier", "a"}}), "DBInstanceNotFound");
  MakeInstance("a");
  EXPECT_EQ(Do("RebootDBInstance", {{"DBInstanceIdentifier", "a"}}), "InvalidDBInstanceState");
}

TEST_F(ActionsTest, AClusterIsDeletedAfterItsInstancesAndUnprotected) {
  const Form gone = {{"DBClusterIdentifier", "c1"}, {"SkipFinalSnapshot", "true"}};
  MakeCluster();
  MakeInstance("a");
  EXPECT_EQ(Do("DeleteDBCluster", {{"DBClusterIdentifier", "c1"}}), "InvalidParameterCombination");
  EXPECT_EQ(Do("DeleteDBCluster", gone), "InvalidDBClusterStateFault");
  EXPECT_EQ(Do("DeleteDBInstance", {{"DBInstanceIdentifier", "a"}}), "");
  region_.clusters.at("c1").deletion_protection = true;
  EXPECT_EQ(Do("DeleteDBCluster", gone), "InvalidParameterCombination");
  region_.clusters.at("c1").deletion_protection = false;
  EXPECT_EQ(Do("DeleteDBCluster", gone), "");
  EXPECT_EQ(Do("DeleteDBCluster", gone), "InvalidDBClusterStateFault");
}

TEST_F(ActionsTest, ACrashIsAWishThatChangesNoStatus) {
  MakeCluster();
  MakeInstance("a");
  EXPECT_EQ(Do("CrashDBInstance", {{"DBInstanceIdentifier", "a"}}), "InvalidDBInstanceState");
  region_.instances.at("a").status = "available";
  EXPECT_EQ(Do("CrashDBInstance", {{"DBInstanceIdentifier", "a"}}), "");
  EXPECT_TRUE(region_.instances.at("a").crash_asked);
  EXPECT_TRUE(Says("<DBInstanceStatus>available</DBInstanceStatus>"));
  EXPECT_EQ(Do("CrashDBInstance", {{"DBInstanceIdentifier", "b"}}), "DBInstanceNotFound");
}

TEST_F(ActionsTest, PagesHoldWhatIsAskedForAndNameTheNext) {
  MakeCluster();
  region_.events.clear();
  for (int i = 0; i < 45; ++i) {
    region_.Tell(900'000, "db-cluster", "c1", "x", "event " + std::to_string(i));
  }
  EXPECT_EQ(Do("DescribeEvents", {{"MaxRecords", "20"}}), "");
  EXPECT_TRUE(Says("<Marker>20</Marker>") && Says("event 19<") && !Says("event 20<"));
  EXPECT_EQ(Do("DescribeEvents", {{"MaxRecords", "20"}, {"Marker", "40"}}), "");
  EXPECT_TRUE(!Says("<Marker>") && Says("event 44<"));
  EXPECT_EQ(Do("DescribeEvents", {{"MaxRecords", "19"}}), "InvalidParameterValue");
}

TEST_F(ActionsTest, FiltersChooseAndUnknownOnesAreRefused) {
  MakeCluster();
  MakeInstance("a");
  const auto filter = [](const char* name, const char* value) {
    return Form{{"Filters.Filter.1.Name", name}, {"Filters.Filter.1.Values.Value.1", value}};
  };
  EXPECT_EQ(Do("DescribeDBInstances", filter("db-cluster-id", "c1")), "");
  EXPECT_TRUE(Says("<DBInstanceIdentifier>a<"));
  EXPECT_EQ(Do("DescribeDBInstances", filter("db-cluster-id", "c2")), "");
  EXPECT_FALSE(Says("<DBInstanceIdentifier>"));
  EXPECT_EQ(Do("DescribeDBInstances", filter("colour", "red")), "InvalidParameterValue");
}

TEST_F(ActionsTest, RulesOfAGroupAreBlocksOfPorts) {
  EXPECT_EQ(Do("CreateSecurityGroup", {{"GroupName", "g"}, {"GroupDescription", "d"}}, "ec2"), "");
  const Form rule = {{"GroupName", "g"},
                     {"IpProtocol", "tcp"},
                     {"FromPort", "3306"},
                     {"ToPort", "3306"},
                     {"CidrIp", "10.1.2.3/8"}};
  EXPECT_EQ(Do("AuthorizeSecurityGroupIngress", rule, "ec2"), "");
  EXPECT_TRUE(Says("<cidrIpv4>10.0.0.0/8</cidrIpv4>"));
  EXPECT_EQ(Do("AuthorizeSecurityGroupIngress", rule, "ec2"), "InvalidPermission.Duplicate");
  EXPECT_EQ(Do("RevokeSecurityGroupIngress", rule, "ec2"), "");
  EXPECT_EQ(Do("RevokeSecurityGroupIngress", rule, "ec2"), "InvalidPermission.NotFound");
  EXPECT_EQ(Do("DeleteSecurityGroup", {{"GroupId", "sg-00000000000000001"}}, "ec2"),
            "CannotDelete");
}

TEST_F(ActionsTest, ASnapshotOutlivesItsClusterAndIsNotDeletedWhileItIsUsed) {
  const Form take = {{"DBClusterIdentifier", "c1"}, {"DBClusterSnapshotIdentifier", "S1"}};
  const Form restore = {
      {"DBClusterIdentifier", "c2"}, {"SnapshotIdentifier", "s1"}, {"Engine", "aurora"}};
  const Form remove = {{"DBClusterSnapshotIdentifier", "s1"}};
  MakeCluster();
  EXPECT_EQ(Do("CreateDBClusterSnapshot", take), "InvalidDBClusterStateFault");
  region_.clusters.at("c1").status = "available";
  EXPECT_EQ(Do("CreateDBClusterSnapshot", take), "");
  EXPECT_EQ(region_.snapshots.at("s1").cluster.pending_password_hash, "");
  EXPECT_EQ(Do("CreateDBClusterSnapshot", take), "DBClusterSnapshotAlreadyExistsFault");
  EXPECT_EQ(Do("RestoreDBClusterFromSnapshot", restore), "InvalidDBClusterSnapshotStateFault");
  EXPECT_EQ(Do("DeleteDBClusterSnapshot", remove), "InvalidDBClusterSnapshotStateFault");
  region_.snapshots.at("s1").status = "available";
  region_.clusters.erase("c1");
  EXPECT_EQ(Do("RestoreDBClusterFromSnapshot", restore), "");
  EXPECT_EQ(region_.clusters.at("c2").engine_mode, "multimaster");
  EXPECT_EQ(region_.clusters.at("c2").master_user, "admin");
  EXPECT_EQ(region_.clusters.at("c2").origin.snapshot, region_.snapshots.at("s1").directory);
  EXPECT_EQ(Do("DeleteDBClusterSnapshot", remove), "InvalidDBClusterSnapshotStateFault");
  region_.clusters.at("c2").status = "available";
  EXPECT_EQ(Do("DeleteDBClusterSnapshot", remove), "");
}

TEST_F(ActionsTest, APointInTimeLiesInTheSpanOrIsNow) {
  MakeCluster();
  Cluster& source = region_.clusters.at("c1");
  source.status = "available";
  restorable_[source.resource_id] = {400'000, 900'000};
  Form form = {{"DBClusterIdentifier", "c2"}, {"SourceDBClusterIdentifier", "c1"}};
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "InvalidParameterCombination");
  form["RestoreToTime"] = "1970-01-01T00:00:00.3Z";
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "InvalidParameterValue");
  form["RestoreToTime"] = "1970-01-01T00:00:01.1Z";  // yet to come
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "InvalidParameterValue");
  form["RestoreToTime"] = "1970-01-01T00:00:00.5Z";
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "");
  EXPECT_EQ(region_.clusters.at("c2").origin.until_us, 500'000);
  form["RestoreType"] = "copy-on-write";
  form["DBClusterIdentifier"] = "c3";
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "InvalidParameterCombination");
  form.erase("RestoreToTime");
  form.emplace("UseLatestRestorableTime", "true");
  EXPECT_EQ(Do("RestoreDBClusterToPointInTime", form), "");
  // Its source is not deleted from under it.
  EXPECT_EQ(Do("DeleteDBCluster", {{"DBClusterIdentifier", "c1"}, {"SkipFinalSnapshot", "true"}}),
            "InvalidDBClusterStateFault");
}

TEST_F(ActionsTest, AClusterIsDeletedWithAFinalSnapshot) {
  MakeCluster();
  const Form gone = {{"DBClusterIdentifier", "c1"}, {"FinalDBSnapshotIdentifier", "last"}};
  EXPECT_EQ(Do("DeleteDBCluster", gone), "");
  EXPECT_EQ(region_.snapshots.at("last").status, "creating");
  EXPECT_EQ(region_.clusters.at("c1").status, "deleting");
}

TEST_F(ActionsTest, AParameterGroupHoldsWhatIsAllowedAndIsKeptWhileItIsUsed) {
  const auto set = [&](const char* name, const char* value, const char* method) {
    return Do("ModifyDBParameterGroup", {{"DBParameterGroupName", "g"},
                                         {"Parameters.Parameter.1.ParameterName", name},
                                         {"Parameters.Parameter.1.ParameterValue", value},
                                         {"Parameters.Parameter.1.ApplyMethod", method}});
  };
  EXPECT_EQ(set("wait_timeout", "60", "immediate"), "DBParameterGroupNotFound");
  Form create = {
      {"DBParameterGroupName", "g"}, {"DBParameterGroupFamily", "mysql8.0"}, {"Description", "d"}};
  EXPECT_EQ(Do("CreateDBParameterGroup", create), "InvalidParameterValue");
  create.find("DBParameterGroupFamily")->second = "mariadb10.11";
  EXPECT_EQ(Do("CreateDBParameterGroup", create), "");
  EXPECT_EQ(set("wait_timeout", "60", "immediate"), "");
  EXPECT_EQ(set("wait_timeout", "0", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("wait_timeout", "60\nuser=root", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("sql_mode", "ANSI_QUOTES,NONSENSE", "immediate"), "InvalidParameterValue");
  EXPECT_EQ(set("performance_schema", "1", "immediate"), "InvalidParameterCombination");
  EXPECT_EQ(set("performance_schema", "1", "pending-reboot"), "");
  EXPECT_EQ(set("datadir", "/", "immediate"), "InvalidParameterValue");
  MakeCluster();
  MakeInstance("a");
  region_.instances.at("a").status = "available";
  const Form use = {{"DBInstanceIdentifier", "a"}, {"DBParameterGroupName", "g"}};
  EXPECT_EQ(Do("ModifyDBInstance", use), "");
  EXPECT_TRUE(Says("<ParameterApplyStatus>pending-reboot<"));
  EXPECT_EQ(Do("DeleteDBParameterGroup", {{"DBParameterGroupName", "g"}}),
            "InvalidDBParameterGroupState");
  EXPECT_EQ(Do("DeleteDBParameterGroup", {{"DBParameterGroupName", "default.mariadb10.11"}}),
            "InvalidDBParameterGroupState");
  EXPECT_EQ(
      Do("ResetDBParameterGroup", {{"DBParameterGroupName", "g"}, {"ResetAllParameters", "true"}}),
      "");
  EXPECT_TRUE(region_.instance_parameter_groups.at("g").values.empty());
}

TEST_F(ActionsTest, AnotherClassWaitsUnlessItIsToBeNow) {
  MakeCluster();
  MakeInstance("a");
  Instance& instance = region_.instances.at("a");
  instance.status = "available";
  Form form = {{"DBInstanceIdentifier", "a"}, {"DBInstanceClass", "db.t3.small"}};
  EXPECT_EQ(Do("ModifyDBInstance", form), "");
  EXPECT_TRUE(Says("<PendingModifiedValues><DBInstanceClass>db.t3.small<"));
  EXPECT_EQ(instance.instance_class, "db.t3.micro");
  EXPECT_EQ(instance.status, "available");
  form["DBInstanceClass"] = "db.t3.micro";
  EXPECT_EQ(Do("ModifyDBInstance", form), "");
  EXPECT_EQ(instance.pending_class, "") << "the old class again: nothing waits";
  form["DBInstanceClass"] = "db.t3.small";
  EXPECT_EQ(Do("ModifyDBInstance", form), "");
  EXPECT_EQ(Do("ModifyDBInstance", {{"DBInstanceIdentifier", "a"}, {"ApplyImmediately", "true"}}),
            "");
  EXPECT_EQ(instance.instance_class, "db.t3.small") << "what waited comes, too";
  EXPECT_EQ(instance.status, "modifying");
}

TEST_F(ActionsTest, ARebootIsOfOneInstanceAndForcedWhereThatIsSaid) {
  MakeCluster();
  MakeInstance("a");
  MakeInstance("b");
  EXPECT_EQ(Do("RebootDBInstance", {{"DBInstanceIdentifier", "a"}}), "InvalidDBInstanceState");
  region_.instances.at("a").status = region_.instances.at("b").status = "available";
  const auto a = [this]() -> Instance& { return region_.instances.at("a"); };  // anew each time
  Form form = {{"DBInstanceIdentifier", "a"}, {"ForceFailover", "true"}};
  EXPECT_EQ(Do("RebootDBInstance", form), "");
  EXPECT_EQ(a().status, "rebooting");
  EXPECT_TRUE(a().stop_first && a().forced);
  EXPECT_EQ(Do("RebootDBInstance", form), "InvalidDBInstanceState");
  a().status = "available";
  form.find("ForceFailover")->second = "false";
  EXPECT_EQ(Do("RebootDBInstance", form), "");
  EXPECT_EQ(a().status, "rebooting");
  EXPECT_TRUE(a().stop_first && !a().forced) << "an earlier one's force is its own";
  EXPECT_EQ(region_.instances.at("b").status, "available");
  a().status = "available";
  a().forced = true;
  EXPECT_EQ(Do("ModifyDBInstance", {{"DBInstanceIdentifier", "a"},
                                    {"DBInstanceClass", "db.t3.small"},
                                    {"ApplyImmediately", "true"}}),
            "");
  EXPECT_TRUE(a().stop_first && !a().forced) << "another class is no reason to kill";
}

TEST_F(ActionsTest, EndpointsAreNamesWhereThereAreAny) {
  MakeCluster();
  MakeInstance("a");
  region_.instances.at("a").status = region_.clusters.at("c1").status = "available";
  EXPECT_EQ(Do("CreateDBClusterEndpoint", {{"DBClusterIdentifier", "c1"},
                                           {"DBClusterEndpointIdentifier", "e"},
                                           {"EndpointType", "ANY"}}),
            "");
  EXPECT_EQ(Do("DescribeDBInstances", {}), "");
  EXPECT_TRUE(Says("<Address>" + region_.instances.at("a").address + "<"));
  settings_.names = "r.d";
  EXPECT_EQ(Do("DescribeDBInstances", {}), "");
  EXPECT_TRUE(Says("<Address>a.r.d<"));
  EXPECT_EQ(Do("DescribeDBClusters", {}), "");
  EXPECT_TRUE(Says("<Endpoint>c1.cluster.r.d<"));
  EXPECT_TRUE(Says("<member>e.cluster-custom.r.d<"));
  EXPECT_EQ(Do("DescribeDBClusterEndpoints", {}), "");
  EXPECT_TRUE(Says("<Endpoint>c1.cluster.r.d<"));
  EXPECT_TRUE(Says("<Endpoint>e.cluster-custom.r.d<"));
}

TEST_F(ActionsTest, ANewPasswordWaitsUnlessItIsToBeNow) {
  MakeCluster();
  Cluster& cluster = region_.clusters.at("c1");
  ForgetWaiting(cluster);
  cluster.status = "available";
  Form form = {{"DBClusterIdentifier", "c1"},
               {"MasterUserPassword", "another-one"},
               {"BackupRetentionPeriod", "3"}};
  EXPECT_EQ(Do("ModifyDBCluster", form), "");
  EXPECT_TRUE(Says("<PendingModifiedValues><MasterUserPassword>****<"));
  EXPECT_FALSE(Says("another-one"));
  const Cluster& after = region_.clusters.at("c1");
  EXPECT_EQ(after.status, "available");
  EXPECT_EQ(after.pending_password_hash, "");
  EXPECT_EQ(after.waiting_password_hash, node::PasswordHash("another-one"));
  EXPECT_EQ(after.retention_days, 3) << "all else is at once";
  EXPECT_EQ(Do("CreateDBClusterSnapshot",
               {{"DBClusterIdentifier", "c1"}, {"DBClusterSnapshotIdentifier", "s"}}),
            "");
  EXPECT_EQ(region_.snapshots.at("s").cluster.waiting_password_hash, "")
      << "a snapshot has no secret";
  EXPECT_EQ(Do("ModifyDBCluster", {{"DBClusterIdentifier", "c1"}, {"ApplyImmediately", "true"}}),
            "");
  EXPECT_EQ(region_.clusters.at("c1").status, "resetting-master-credentials");
  EXPECT_EQ(region_.clusters.at("c1").pending_password_hash, node::PasswordHash("another-one"))
      << "what waited comes, too";
  EXPECT_EQ(region_.clusters.at("c1").waiting_password_hash, "");
  EXPECT_FALSE(Says("PendingModifiedValues"));
}

TEST_F(ActionsTest, TheFirstPasswordWaitsForNoWindow) {
  MakeCluster();
  region_.clusters.at("c1").status = "available";  // and no server knows the password yet
  EXPECT_EQ(Do("ModifyDBCluster", {{"DBClusterIdentifier", "c1"}, {"BackupRetentionPeriod", "3"}}),
            "");
  EXPECT_EQ(region_.clusters.at("c1").pending_password_hash, node::PasswordHash("cloudacademy"));
  EXPECT_EQ(region_.clusters.at("c1").waiting_password_hash, "");
  EXPECT_EQ(
      Do("ModifyDBCluster", {{"DBClusterIdentifier", "c1"}, {"MasterUserPassword", "another-one"}}),
      "");
  EXPECT_EQ(region_.clusters.at("c1").pending_password_hash, node::PasswordHash("another-one"));
  EXPECT_EQ(region_.clusters.at("c1").waiting_password_hash, "");
}

TEST_F(ActionsTest, AnotherVersionWaitsToo) {
  MakeCluster();
  Cluster& cluster = region_.clusters.at("c1");
  cluster.status = "available";
  cluster.engine_version = "5.6.10a";
  Form form = {{"DBClusterIdentifier", "c1"}, {"EngineVersion", "10.11"}};
  EXPECT_EQ(Do("ModifyDBCluster", form), "InvalidParameterCombination") << "a new major version";
  form.emplace("AllowMajorVersionUpgrade", "true");
  EXPECT_EQ(Do("ModifyDBCluster", form), "");
  EXPECT_TRUE(Says("<PendingModifiedValues><EngineVersion>10.11<"));
  EXPECT_TRUE(Says("<EngineVersion>5.6.10a<"));
  EXPECT_EQ(Do("DescribeDBEngineVersions", {{"EngineVersion", "5.6.10a"}}), "");
  EXPECT_TRUE(Says("<UpgradeTarget><Engine>aurora</Engine><EngineVersion>10.11<"));
  EXPECT_EQ(Do("DescribeDBEngineVersions", {{"EngineVersion", "10.11"}}), "");
  EXPECT_FALSE(Says("<UpgradeTarget>")) << "the newest has none";
  form.emplace("ApplyImmediately", "true");
  region_.clusters.at("c1").status = "available";
  EXPECT_EQ(Do("ModifyDBCluster", form), "");
  EXPECT_EQ(region_.clusters.at("c1").engine_version, "10.11");
  form.find("EngineVersion")->second = "5.6.10a";
  region_.clusters.at("c1").status = "available";
  EXPECT_EQ(Do("ModifyDBCluster", form), "InvalidParameterCombination") << "never back";
}

TEST_F(ActionsTest, AMaintenanceWindowIsATimeOfTheWeek) {
  MakeCluster();
  MakeInstance("a");
  region_.instances.at("a").status = "available";
  Form form = {{"DBInstanceIdentifier", "a"}, {"PreferredMaintenanceWindow", "04:00-05:00"}};
  EXPECT_EQ(Do("ModifyDBInstance", form), "InvalidParameterValue");
  form["PreferredMaintenanceWindow"] = "Wed:04:00-Wed:05:00";
  EXPECT_EQ(Do("ModifyDBInstance", form), "");
  EXPECT_EQ(region_.instances.at("a").maintenance_window, "wed:04:00-wed:05:00");
}

TEST_F(ActionsTest, ALogIsReadFromItsEndOrFromAMarker) {
  MakeCluster();
  MakeInstance("a");
  Form form = {
      {"DBInstanceIdentifier", "a"}, {"LogFileName", "error/mysqld.err"}, {"NumberOfLines", "2"}};
  EXPECT_EQ(Do("DownloadDBLogFilePortion", form), "");
  EXPECT_TRUE(Says("<LogFileData>two&#10;three&#10;</LogFileData><Marker>14<"));
  form.emplace("Marker", "0");
  EXPECT_EQ(Do("DownloadDBLogFilePortion", form), "");
  EXPECT_TRUE(
      Says("<LogFileData>one&#10;two&#10;</LogFileData><Marker>8</Marker>"
           "<AdditionalDataPending>true<"));
  form.find("Marker")->second = "8";
  EXPECT_EQ(Do("DownloadDBLogFilePortion", form), "");
  EXPECT_TRUE(Says("three&#10;</LogFileData><Marker>14</Marker><AdditionalDataPending>false<"));
  form.find("LogFileName")->second = "../state.sqlite";
  EXPECT_EQ(Do("DownloadDBLogFilePortion", form), "DBLogFileNotFoundFault");
}

TEST_F(ActionsTest, EachServiceHasItsOwnActions) {
  EXPECT_EQ(Do("DescribeVpcs", {}), "InvalidAction");
  EXPECT_EQ(Do("DescribeDBClusters", {}, "ec2"), "InvalidAction");
  EXPECT_EQ(Do("CreateGlobalCluster", {}), "InvalidAction");
}

TEST(Rendering, EscapesWhatUsersChose) {
  std::string out;
  RenderXml("A", Value::Record().Add("B", "<&\"\x01>"), out);
  EXPECT_EQ(out, "<A><B>&lt;&amp;&quot;?&gt;</B></A>");
}

}  // namespace
}  // namespace borealis::control
