// Create, describe, modify, delete: database clusters.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/actions/describe.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

constexpr size_t kClustersMax = 40;
constexpr int kPortMin = 1150;
constexpr int kPortMax = 65535;

Cluster* FindCluster(Call& call, const std::string& id) {
  if (!call.ok()) return nullptr;
  const auto found = call.region.clusters.find(id);
  if (found != call.region.clusters.end()) return &found->second;
  call.Fail(404, "DBClusterNotFoundFault", fmt::format("DBCluster {} not found.", id));
  return nullptr;
}

void ChooseEngine(Call& call, Cluster& cluster) {
  const std::string name = call.parameters.Required("Engine");
  const std::string version = call.parameters.Text("EngineVersion");
  if (!call.ok()) return;
  if (FindEngine(name, "") == nullptr) {
    call.parameters.FailValue(
        fmt::format("Invalid DB engine: {}; aurora and aurora-mysql are there.", name));
    return;
  }
  const Engine* engine = FindEngine(name, version);
  if (engine == nullptr) {
    call.Fail(400, "InvalidParameterCombination",
              fmt::format("Cannot find version {} for {}.", version, name));
    return;
  }
  cluster.engine = name;
  cluster.engine_version = engine->version;
  const std::string mode = call.parameters.Text("EngineMode");
  cluster.engine_mode = mode.empty() ? "provisioned" : mode;
  if (cluster.engine_mode != "provisioned" && cluster.engine_mode != "multimaster") {
    call.parameters.FailValue(
        fmt::format("The engine mode {} is not there: provisioned (one writer) "
                    "and multimaster are.",
                    mode));
  }
}

void ReadPassword(Call& call, Cluster& cluster) {
  const std::string password = call.parameters.Text("MasterUserPassword");
  if (password.empty()) return;
  if (!IsPassword(password)) {
    call.parameters.FailValue(
        "The parameter MasterUserPassword is not a valid password: 8 to 41 printable ASCII "
        "characters besides '/', '@', '\"', ' '.");
    return;
  }
  cluster.pending_password = password;
}

void ReadGroups(Call& call, Cluster& cluster) {
  const auto groups = call.parameters.List("VpcSecurityGroupIds.VpcSecurityGroupId");
  if (groups.empty()) return;
  for (const std::string& id : groups) {
    if (!call.region.security_groups.contains(id)) {
      call.parameters.FailValue(fmt::format("The security group '{}' does not exist", id));
    }
  }
  cluster.security_groups = groups;
}

// What may be chosen at creation and changed later.
void ReadChangeable(Call& call, Cluster& cluster) {
  ReadPassword(call, cluster);
  ReadGroups(call, cluster);
  cluster.retention_days =
      call.parameters.Number("BackupRetentionPeriod", cluster.retention_days, 1, 35);
  cluster.deletion_protection =
      call.parameters.Flag("DeletionProtection", cluster.deletion_protection);
  cluster.copy_tags = call.parameters.Flag("CopyTagsToSnapshot", cluster.copy_tags);
  const auto text = [&](const char* name, std::string& into) {
    if (call.parameters.Has(name)) into = call.parameters.Text(name).substr(0, 64);
  };
  text("PreferredBackupWindow", cluster.backup_window);
  text("PreferredMaintenanceWindow", cluster.maintenance_window);
}

void CheckDatabase(Call& call, const std::string& name) {
  const bool good =
      name.size() <= 64 && name.find('`') == std::string::npos &&
      name.find('/') == std::string::npos && name.find('\\') == std::string::npos &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!good) call.parameters.FailValue("DatabaseName must be 1 to 64 letters, digits and signs.");
}

void CreateDbCluster(Call& call) {
  Cluster cluster;
  cluster.id = call.parameters.Identifier("DBClusterIdentifier");
  ChooseEngine(call, cluster);
  cluster.master_user = call.parameters.Required("MasterUsername");
  (void)call.parameters.Required("MasterUserPassword");
  if (call.ok() && !IsUserName(cluster.master_user)) {
    call.parameters.FailValue("MasterUsername must be 1 to 16 letters or digits, a letter first.");
  }
  cluster.port = static_cast<uint16_t>(
      call.parameters.Number("Port", call.settings.default_port, kPortMin, kPortMax));
  cluster.database = call.parameters.Text("DatabaseName");
  CheckDatabase(call, cluster.database);
  cluster.security_groups = {std::string(kDefaultGroupId)};
  ReadChangeable(call, cluster);
  cluster.tags = ReadTags(call);
  if (call.parameters.Flag("StorageEncrypted", false)) {
    call.Fail(400, "InvalidParameterCombination", "StorageEncrypted is not there yet.");
  }
  if (call.parameters.Has("DBSubnetGroupName")) {
    cluster.subnet_group = ToLower(call.parameters.Text("DBSubnetGroupName"));
  }
  if (!call.ok()) return;
  if (!call.region.subnet_groups.contains(cluster.subnet_group)) {
    return call.Fail(404, "DBSubnetGroupNotFoundFault",
                     fmt::format("DBSubnetGroup {} not found.", cluster.subnet_group));
  }
  if (call.region.clusters.contains(cluster.id)) {
    return call.Fail(400, "DBClusterAlreadyExistsFault", "DB Cluster already exists");
  }
  if (call.region.clusters.size() >= kClustersMax) {
    return call.Fail(403, "DBClusterQuotaExceededFault",
                     fmt::format("There are {} clusters, and no more may be.", kClustersMax));
  }
  cluster.resource_id = "cluster-" + call.settings.random_hex(24);
  cluster.directory = "c" + call.settings.random_hex(10);
  cluster.created_us = call.now_us;
  call.region.clusters[cluster.id] = cluster;
  call.result.Add("DBCluster", DescribeCluster(call.region, call.settings, cluster));
}

void DescribeDbClusters(Call& call) {
  const std::string id = IdOrArn(call, "DBClusterIdentifier");
  const Filters filters(call, {"db-cluster-id", "db-cluster-resource-id", "engine"});
  std::vector<Value> found;
  for (const auto& [name, cluster] : call.region.clusters) {
    if (!id.empty() && name != id && cluster.resource_id != id) continue;
    if (!filters.Accepts("db-cluster-id", name) || !filters.Accepts("engine", cluster.engine) ||
        !filters.Accepts("db-cluster-resource-id", cluster.resource_id)) {
      continue;
    }
    found.push_back(DescribeCluster(call.region, call.settings, cluster));
  }
  if (found.empty() && !id.empty()) {
    return call.Fail(404, "DBClusterNotFoundFault", fmt::format("DBCluster {} not found.", id));
  }
  AddPage(call, "DBClusters", "DBCluster", std::move(found));
}

void ModifyDbCluster(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterIdentifier");
  Cluster* cluster = FindCluster(call, id);
  if (cluster == nullptr) return;
  if (call.parameters.Has("NewDBClusterIdentifier")) {
    return call.Fail(400, "InvalidParameterCombination", "A cluster keeps its identifier.");
  }
  if (cluster->status != "available") {
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("DB cluster {} is {}, not available.", id, cluster->status));
  }
  ReadChangeable(call, *cluster);
  if (!cluster->pending_password.empty()) cluster->status = "resetting-master-credentials";
  call.result.Add("DBCluster", DescribeCluster(call.region, call.settings, *cluster));
}

void DeleteDbCluster(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterIdentifier");
  const bool skip = call.parameters.Flag("SkipFinalSnapshot", false);
  const std::string snapshot = call.parameters.OptionalIdentifier("FinalDBSnapshotIdentifier");
  Cluster* cluster = FindCluster(call, id);
  if (cluster == nullptr) return;
  if (skip != snapshot.empty()) {
    return call.Fail(400, "InvalidParameterCombination",
                     skip
                         ? "FinalDBSnapshotIdentifier can not be specified when deleting a cluster "
                           "with SkipFinalSnapshot."
                         : "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is "
                           "specified.");
  }
  if (!snapshot.empty()) {
    return call.Fail(400, "InvalidParameterCombination",
                     "Final snapshots are not there yet: take an export first (`borealis volume "
                     "export`), then use SkipFinalSnapshot.");
  }
  if (cluster->deletion_protection) {
    return call.Fail(400, "InvalidParameterCombination",
                     "Cannot delete protected Cluster, please disable deletion protection and try "
                     "again.");
  }
  if (cluster->status == "deleting") {
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("Cluster {} is already being deleted.", id));
  }
  for (const Instance* instance : call.region.InstancesOf(id)) {
    if (instance->status == "deleting") continue;
    return call.Fail(400, "InvalidDBClusterStateFault",
                     "Cluster cannot be deleted, it still contains DB instances in non-deleting "
                     "state.");
  }
  cluster->status = "deleting";
  cluster->pending_password.clear();
  call.result.Add("DBCluster", DescribeCluster(call.region, call.settings, *cluster));
}

}  // namespace

ActionTable ClusterActions() {
  return {{"CreateDBCluster", CreateDbCluster},
          {"DescribeDBClusters", DescribeDbClusters},
          {"ModifyDBCluster", ModifyDbCluster},
          {"DeleteDBCluster", DeleteDbCluster}};
}

}  // namespace borealis::control
