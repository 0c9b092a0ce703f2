// Create, describe, modify, delete: database clusters.
#include <fmt/core.h>

#include "control/actions/actions.h"
#include "control/actions/cluster_choices.h"
#include "control/actions/describe.h"
#include "control/actions/snapshot_choices.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

void CreateDbCluster(Call& call) {
  Cluster cluster;
  cluster.id = call.parameters.Identifier("DBClusterIdentifier");
  ChooseEngine(call, cluster);
  cluster.master_user = call.parameters.Required("MasterUsername");
  (void)call.parameters.Required("MasterUserPassword");
  if (call.ok() && !IsUserName(cluster.master_user)) {
    call.parameters.FailValue("MasterUsername must be 1 to 16 letters or digits, a letter first.");
  }
  cluster.port = call.settings.default_port;
  cluster.database = call.parameters.Text("DatabaseName");
  CheckDatabase(call, cluster.database);
  ReadPlacement(call, cluster);
  ReadChangeable(call, cluster, cluster.pending_password_hash);
  cluster.encrypted = call.parameters.Flag("StorageEncrypted", false);
  AddCluster(call, std::move(cluster));
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
    found.push_back(DescribeCluster(call, cluster));
  }
  if (found.empty() && !id.empty()) {
    return call.Fail(404, "DBClusterNotFoundFault", fmt::format("DBCluster {} not found.", id));
  }
  AddPage(call, "DBClusters", "DBCluster", std::move(found));
}

// Another version is the same server under another name; as on RDS it only goes up.
void ReadVersion(Call& call, Cluster& cluster) {
  const std::string wanted = call.parameters.Text("EngineVersion");
  if (wanted.empty()) return;
  const Engine* now = FindEngine(cluster.engine, cluster.engine_version);
  const Engine* then = FindEngine(cluster.engine, wanted);
  if (then == nullptr || then < now) {
    return call.Fail(400, "InvalidParameterCombination",
                     fmt::format("Cannot upgrade {} from {} to {}", cluster.engine,
                                 cluster.engine_version, wanted));
  }
  if (then != now && !call.parameters.Flag("AllowMajorVersionUpgrade", false)) {
    return call.Fail(400, "InvalidParameterCombination",
                     "The AllowMajorVersionUpgrade flag must be present when upgrading to a new "
                     "major version.");
  }
  cluster.waiting_version = then == now ? "" : wanted;
}

// As RDS has it: password and version wait for the cluster's maintenance window, unless they are to
// be now; then what waited comes, too. All else is at once.
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
  // Where no server has had one yet they begin with the newest.
  ReadChangeable(call, *cluster,
                 cluster->pending_password_hash.empty() ? cluster->waiting_password_hash
                                                        : cluster->pending_password_hash);
  ReadVersion(call, *cluster);
  if (call.parameters.Flag("ApplyImmediately", false)) (void)TakeWaiting(*cluster);
  for (auto& [name, instance] : call.region.instances) {
    if (instance.cluster == id) instance.port = cluster->port;
  }
  call.result.Add("DBCluster", DescribeCluster(call, *cluster));
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
  for (const auto& [name, other] : call.region.clusters) {
    if (other.status != "creating" || other.origin.directory != cluster->directory) continue;
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("Cluster {} is being made from {}.", name, id));
  }
  if (!snapshot.empty()) {
    TakeSnapshot(call, *cluster, snapshot, cluster->copy_tags ? cluster->tags : Tags{});
  }
  if (!call.ok()) return;
  std::erase_if(call.region.endpoints,
                [&](const auto& entry) { return entry.second.cluster == id; });
  cluster->status = "deleting";
  ForgetWaiting(*cluster);
  call.result.Add("DBCluster", DescribeCluster(call, *cluster));
}

// All instances of a cluster from one status to another, and the cluster with them.
void Move(Call& call, const char* from, const char* to, const char* instances_to) {
  const std::string id = call.parameters.Identifier("DBClusterIdentifier");
  Cluster* cluster = FindCluster(call, id);
  if (cluster == nullptr) return;
  if (cluster->status != from) {
    return call.Fail(
        400, "InvalidDBClusterStateFault",
        fmt::format("DbCluster {} is in {} state, not {}.", id, cluster->status, from));
  }
  cluster->status = to;
  for (auto& [name, instance] : call.region.instances) {
    if (instance.cluster == id && instance.status != "deleting") instance.status = instances_to;
  }
  call.result.Add("DBCluster", DescribeCluster(call, *cluster));
}

void StopDbCluster(Call& call) { Move(call, "available", "stopping", "stopping"); }
void StartDbCluster(Call& call) { Move(call, "stopped", "starting", "starting"); }

}  // namespace

ActionTable ClusterActions() {
  return {{"CreateDBCluster", CreateDbCluster}, {"DescribeDBClusters", DescribeDbClusters},
          {"ModifyDBCluster", ModifyDbCluster}, {"StopDBCluster", StopDbCluster},
          {"StartDBCluster", StartDbCluster},   {"DeleteDBCluster", DeleteDbCluster}};
}

}  // namespace borealis::control
