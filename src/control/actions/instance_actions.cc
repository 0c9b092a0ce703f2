// Create, describe, modify, reboot, delete: instances, each a server of its cluster.
#include <fmt/core.h>

#include "control/actions/actions.h"
#include "control/actions/addresses.h"
#include "control/actions/cluster_choices.h"
#include "control/actions/describe.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

constexpr size_t kInstancesMax = 40;
constexpr size_t kWritersMax = 16;

// False, and the call has failed: it is not.
bool CheckAvailable(Call& call, const Instance& instance) {
  if (instance.status == "available") return true;
  call.Fail(400, "InvalidDBInstanceState",
            fmt::format("DB instance {} is {}, not available.", instance.id, instance.status));
  return false;
}

Instance* NamedInstance(Call& call) {
  return FindInstance(call, call.parameters.Identifier("DBInstanceIdentifier"));
}

void ReadParameterGroup(Call& call, Instance& instance) {
  if (!call.parameters.Has("DBParameterGroupName")) return;
  instance.parameter_group = IdOrArn(call, "DBParameterGroupName");
  if (!call.region.instance_parameter_groups.contains(instance.parameter_group)) {
    call.Fail(404, "DBParameterGroupNotFound",
              fmt::format("DBParameterGroup not found: {}", instance.parameter_group));
  }
}

// A zone for the next instance: the one that has the fewest of the cluster.
std::string ChooseZone(Call& call, const Cluster& cluster) {
  const std::string wanted = call.parameters.Text("AvailabilityZone");
  std::string best;
  size_t fewest = kWritersMax + 1;
  for (const std::string& zone : ZonesOf(call.settings.region)) {
    if (zone == wanted) return zone;
    size_t count = 0;
    for (const Instance* instance : call.region.InstancesOf(cluster.id)) {
      count += instance->zone == zone;
    }
    if (count < fewest) best = zone;
    fewest = std::min(fewest, count);
  }
  if (!wanted.empty()) {
    call.parameters.FailValue(fmt::format("{} is not a valid availability zone.", wanted));
  }
  return best;
}

void CheckCluster(Call& call, const Cluster& cluster, const Instance& instance) {
  if (cluster.status != "creating" && cluster.status != "available" &&
      cluster.status != "resetting-master-credentials") {
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("DB cluster {} is {}.", cluster.id, cluster.status));
  }
  const std::string engine = call.parameters.Required("Engine");
  if (call.ok() && engine != cluster.engine) {
    return call.Fail(400, "InvalidParameterCombination",
                     fmt::format("The engine of cluster {} is {}.", cluster.id, cluster.engine));
  }
  const size_t writers = call.region.InstancesOf(cluster.id).size();
  if (cluster.engine_mode == "provisioned" && writers > 0) {
    return call.Fail(
        400, "InvalidDBClusterStateFault",
        fmt::format("Cluster {} has one writer, {}; make a cluster with the engine mode "
                    "multimaster for more.",
                    cluster.id, call.region.InstancesOf(cluster.id).front()->id));
  }
  if (writers >= kWritersMax || call.region.instances.size() >= kInstancesMax) {
    return call.Fail(
        400, "InstanceQuotaExceeded",
        fmt::format("At most {} instances, {} in one cluster.", kInstancesMax, kWritersMax));
  }
  if (call.region.instances.contains(instance.id)) {
    call.Fail(400, "DBInstanceAlreadyExists", "DB instance already exists");
  }
}

void CreateDbInstance(Call& call) {
  Instance instance;
  instance.id = call.parameters.Identifier("DBInstanceIdentifier");
  instance.instance_class = call.parameters.Required("DBInstanceClass");
  instance.cluster = call.parameters.OptionalIdentifier("DBClusterIdentifier");
  if (!call.ok()) return;
  if (instance.cluster.empty()) {
    return call.Fail(400, "InvalidParameterCombination",
                     "An instance belongs to a cluster: create that first and give "
                     "DBClusterIdentifier.");
  }
  if (FindInstanceClass(instance.instance_class) == nullptr) {
    return call.parameters.FailValue(
        fmt::format("Invalid DB Instance class: {}", instance.instance_class));
  }
  const auto cluster = call.region.clusters.find(instance.cluster);
  if (cluster == call.region.clusters.end()) {
    return call.Fail(404, "DBClusterNotFoundFault",
                     fmt::format("DBCluster {} not found.", instance.cluster));
  }
  CheckCluster(call, cluster->second, instance);
  instance.zone = ChooseZone(call, cluster->second);
  instance.address = FreeInstanceAddress(call);
  instance.port = cluster->second.port;
  instance.inner_port = InnerPort(instance.port);
  instance.promotion_tier = call.parameters.Number("PromotionTier", 1, 0, 15);
  instance.minor_upgrades = call.parameters.Flag("AutoMinorVersionUpgrade", true);
  instance.publicly_accessible = call.parameters.Flag("PubliclyAccessible", false);
  instance.tags = ReadTags(call);
  ReadParameterGroup(call, instance);
  if (!call.ok()) return;
  instance.resource_id = "db-" + ToUpper(call.settings.random_hex(26));
  instance.created_us = call.now_us;
  call.region.instances[instance.id] = instance;
  call.result.Add("DBInstance", DescribeInstance(call.region, call.settings, instance));
}

void DescribeDbInstances(Call& call) {
  const std::string id = IdOrArn(call, "DBInstanceIdentifier");
  const Filters filters(call, {"db-instance-id", "db-cluster-id", "dbi-resource-id", "engine"});
  std::vector<Value> found;
  for (const auto& [name, instance] : call.region.instances) {
    const auto cluster = call.region.clusters.find(instance.cluster);
    const std::string engine = cluster == call.region.clusters.end() ? "" : cluster->second.engine;
    if (!id.empty() && name != id && ToLower(instance.resource_id) != id) continue;
    if (!filters.Accepts("db-instance-id", name) || !filters.Accepts("engine", engine) ||
        !filters.Accepts("db-cluster-id", instance.cluster) ||
        !filters.Accepts("dbi-resource-id", instance.resource_id)) {
      continue;
    }
    found.push_back(DescribeInstance(call.region, call.settings, instance));
  }
  if (found.empty() && !id.empty()) {
    return call.Fail(404, "DBInstanceNotFound", fmt::format("DBInstance {} not found.", id));
  }
  AddPage(call, "DBInstances", "DBInstance", std::move(found));
}

// Another class waits for the maintenance window, unless it is to be now; then what waited comes,
// too.
void ReadClass(Call& call, Instance& instance) {
  const std::string wanted = call.parameters.Text("DBInstanceClass");
  if (!wanted.empty() && FindInstanceClass(wanted) == nullptr) {
    return call.parameters.FailValue(fmt::format("Invalid DB Instance class: {}", wanted));
  }
  if (!wanted.empty()) instance.pending_class = wanted;
  if (instance.pending_class == instance.instance_class) instance.pending_class.clear();
  if (call.parameters.Flag("ApplyImmediately", false)) TakePendingClass(instance);
}

void ModifyDbInstance(Call& call) {
  Instance* instance = NamedInstance(call);
  if (instance == nullptr || !CheckAvailable(call, *instance)) return;
  if (call.parameters.Has("NewDBInstanceIdentifier")) {
    return call.Fail(400, "InvalidParameterCombination", "An instance keeps its identifier.");
  }
  ReadClass(call, *instance);
  ReadParameterGroup(call, *instance);
  instance->promotion_tier =
      call.parameters.Number("PromotionTier", instance->promotion_tier, 0, 15);
  instance->minor_upgrades =
      call.parameters.Flag("AutoMinorVersionUpgrade", instance->minor_upgrades);
  instance->publicly_accessible =
      call.parameters.Flag("PubliclyAccessible", instance->publicly_accessible);
  ReadMaintenanceWindow(call, instance->maintenance_window);
  call.result.Add("DBInstance", DescribeInstance(call.region, call.settings, *instance));
}

// With ForceFailover the server dies at once, its clients go to another: here to any that is left,
// as each of them is a writer.
void RebootDbInstance(Call& call) {
  Instance* instance = NamedInstance(call);
  if (instance == nullptr || !CheckAvailable(call, *instance)) return;
  instance->status = "rebooting";
  instance->stop_first = true;
  instance->forced = call.parameters.Flag("ForceFailover", false);
  call.result.Add("DBInstance", DescribeInstance(call.region, call.settings, *instance));
}

// Not one of AWS's: what ALTER SYSTEM CRASH does, without a session.
void CrashDbInstance(Call& call) {
  Instance* instance = NamedInstance(call);
  if (instance == nullptr || !CheckAvailable(call, *instance)) return;
  instance->crash_asked = true;
  call.region.Tell(call.now_us, "db-instance", instance->id, "notification",
                   "A crash of the DB instance was asked for, as a test");
  call.result.Add("DBInstance", DescribeInstance(call.region, call.settings, *instance));
}

void DeleteDbInstance(Call& call) {
  const std::string id = call.parameters.Identifier("DBInstanceIdentifier");
  (void)call.parameters.Flag("SkipFinalSnapshot", false);  // snapshots are the cluster's
  Instance* instance = FindInstance(call, id);
  if (instance == nullptr) return;
  if (instance->status == "deleting") {
    return call.Fail(400, "InvalidDBInstanceState",
                     fmt::format("Instance {} is already being deleted.", id));
  }
  instance->status = "deleting";
  instance->stop_first = false;
  call.result.Add("DBInstance", DescribeInstance(call.region, call.settings, *instance));
}

}  // namespace

ActionTable InstanceActions() {
  return {{"CreateDBInstance", CreateDbInstance}, {"DescribeDBInstances", DescribeDbInstances},
          {"ModifyDBInstance", ModifyDbInstance}, {"RebootDBInstance", RebootDbInstance},
          {"CrashDBInstance", CrashDbInstance},   {"DeleteDBInstance", DeleteDbInstance}};
}

}  // namespace borealis::control
