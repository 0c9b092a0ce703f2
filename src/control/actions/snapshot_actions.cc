// Create, describe, copy, delete: snapshots of clusters.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/actions/cluster_choices.h"
#include "control/actions/snapshot_choices.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

constexpr size_t kSnapshotsMax = 100;  // manual ones

Value Describe(const Call& call, const ClusterSnapshot& snapshot) {
  const Cluster& cluster = snapshot.cluster;
  const bool done = snapshot.status != "creating" && snapshot.status != "copying";
  Value zones = Value::List("AvailabilityZone");
  for (const std::string& zone : ZonesOf(call.settings.region)) zones.Append(zone);
  Value record = Value::Record();
  record.Add("AvailabilityZones", std::move(zones))
      .Add("DBClusterSnapshotIdentifier", snapshot.id)
      .Add("DBClusterIdentifier", cluster.id)
      .AddTime("SnapshotCreateTime", snapshot.created_us)
      .Add("Engine", cluster.engine)
      .Add("EngineMode", cluster.engine_mode)
      .Add("AllocatedStorage", 1)
      .Add("Status", snapshot.status)
      .Add("Port", int{cluster.port})
      .Add("VpcId", kVpcId)
      .AddTime("ClusterCreateTime", cluster.created_us)
      .Add("MasterUsername", cluster.master_user)
      .Add("EngineVersion", cluster.engine_version)
      .Add("LicenseModel", "general-public-license")
      .Add("SnapshotType", snapshot.automated() ? "automated" : "manual")
      .Add("PercentProgress", done ? 100 : 0)
      .Add("StorageEncrypted", snapshot.encrypted)
      .AddIfSet("KmsKeyId", snapshot.encrypted ? KeyArn(call.settings) : "")
      .Add("DBClusterSnapshotArn", MakeArn(call.settings, "cluster-snapshot", snapshot.id));
  if (!snapshot.source_id.empty()) {
    record.Add("SourceDBClusterSnapshotArn",
               MakeArn(call.settings, "cluster-snapshot", snapshot.source_id));
  }
  record.Add("IAMDatabaseAuthenticationEnabled", false);
  AddTagList(record, "TagList", snapshot.tags);
  return record;
}

void CreateSnapshot(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterSnapshotIdentifier");
  const std::string cluster_id = call.parameters.Identifier("DBClusterIdentifier");
  const Cluster* cluster = FindCluster(call, cluster_id);
  if (cluster == nullptr) return;
  Tags tags = ReadTags(call);
  if (cluster->copy_tags) tags.insert(cluster->tags.begin(), cluster->tags.end());
  if (cluster->status != "available" && cluster->status != "stopped") {
    return call.Fail(
        400, "InvalidDBClusterStateFault",
        fmt::format("DB cluster {} is {}, not available.", cluster_id, cluster->status));
  }
  const ClusterSnapshot* snapshot = TakeSnapshot(call, *cluster, id, std::move(tags));
  if (snapshot != nullptr) call.result.Add("DBClusterSnapshot", Describe(call, *snapshot));
}

void DescribeSnapshots(Call& call) {
  const std::string id = IdOrArn(call, "DBClusterSnapshotIdentifier");
  const std::string cluster = IdOrArn(call, "DBClusterIdentifier");
  const std::string type = call.parameters.Text("SnapshotType");
  const Filters filters(call,
                        {"db-cluster-id", "db-cluster-snapshot-id", "snapshot-type", "engine"});
  std::vector<Value> found;
  for (const auto& [name, snapshot] : call.region.snapshots) {
    const std::string kind = snapshot.automated() ? "automated" : "manual";
    if ((!id.empty() && name != id) || (!cluster.empty() && snapshot.cluster.id != cluster) ||
        (!type.empty() && kind != type) || !filters.Accepts("db-cluster-snapshot-id", name) ||
        !filters.Accepts("db-cluster-id", snapshot.cluster.id) ||
        !filters.Accepts("snapshot-type", kind) ||
        !filters.Accepts("engine", snapshot.cluster.engine)) {
      continue;
    }
    found.push_back(Describe(call, snapshot));
  }
  if (found.empty() && !id.empty()) {
    (void)FindSnapshot(call, "");
    return;
  }
  AddPage(call, "DBClusterSnapshots", "DBClusterSnapshot", std::move(found));
}

// Who else may restore it: nobody, there is one account.
void DescribeAttributes(Call& call) {
  const std::string id = IdOrArn(call, "DBClusterSnapshotIdentifier");
  if (FindSnapshot(call, id) == nullptr) return;
  Value attributes = Value::List("DBClusterSnapshotAttribute");
  attributes.Append(Value::Record()
                        .Add("AttributeName", "restore")
                        .Add("AttributeValues", Value::List("AttributeValue")));
  call.result.Add("DBClusterSnapshotAttributesResult",
                  Value::Record()
                      .Add("DBClusterSnapshotIdentifier", id)
                      .Add("DBClusterSnapshotAttributes", std::move(attributes)));
}

bool InUse(const Region& region, const ClusterSnapshot& snapshot) {
  if (snapshot.automated()) return false;
  const auto made_from_it = [&](const auto& wanted) {
    return (wanted.status == "creating" || wanted.status == "copying") &&
           wanted.origin.snapshot == snapshot.directory;
  };
  return std::ranges::any_of(region.clusters,
                             [&](const auto& entry) { return made_from_it(entry.second); }) ||
         std::ranges::any_of(region.snapshots,
                             [&](const auto& entry) { return made_from_it(entry.second); });
}

void CopySnapshot(Call& call) {
  const std::string source_id = IdOrArn(call, "SourceDBClusterSnapshotIdentifier");
  const std::string id = call.parameters.Identifier("TargetDBClusterSnapshotIdentifier");
  (void)call.parameters.Required("SourceDBClusterSnapshotIdentifier");
  const bool copy_tags = call.parameters.Flag("CopyTags", false);
  const ClusterSnapshot* source = FindSnapshot(call, source_id);
  if (source == nullptr) return;
  Tags tags = ReadTags(call);
  if (copy_tags) tags.insert(source->tags.begin(), source->tags.end());
  if (source->status != "available") {
    return call.Fail(400, "InvalidDBClusterSnapshotStateFault",
                     fmt::format("DB cluster snapshot {} is {}.", source_id, source->status));
  }
  if (source->automated()) {
    return call.Fail(400, "InvalidDBClusterSnapshotStateFault",
                     "An automated snapshot is a moment in its cluster's history: restore the "
                     "cluster to that time and take a snapshot of the new one.");
  }
  const ClusterSnapshot original = *source;
  if (TakeSnapshot(call, original.cluster, id, std::move(tags)) == nullptr) return;
  ClusterSnapshot& copy = call.region.snapshots.at(id);
  copy.status = "copying";
  copy.source_id = source_id;
  copy.origin = {original.directory, "", 0};
  copy.created_us = original.created_us;
  copy.encrypted = original.encrypted;
  call.result.Add("DBClusterSnapshot", Describe(call, copy));
}

void DeleteSnapshot(Call& call) {
  (void)call.parameters.Required("DBClusterSnapshotIdentifier");
  const std::string id = IdOrArn(call, "DBClusterSnapshotIdentifier");
  ClusterSnapshot* snapshot = FindSnapshot(call, id);
  if (snapshot == nullptr) return;
  if (snapshot->automated()) {
    return call.Fail(400, "InvalidDBClusterSnapshotStateFault",
                     "Only manual snapshots may be deleted.");
  }
  if ((snapshot->status != "available" && snapshot->status != "failed") ||
      InUse(call.region, *snapshot)) {
    return call.Fail(400, "InvalidDBClusterSnapshotStateFault",
                     fmt::format("DB cluster snapshot {} is {}{}.", id, snapshot->status,
                                 InUse(call.region, *snapshot) ? " and in use" : ""));
  }
  snapshot->status = "deleting";
  call.result.Add("DBClusterSnapshot", Describe(call, *snapshot));
}

}  // namespace

ClusterSnapshot* FindSnapshot(Call& call, const std::string& id) {
  if (!call.ok()) return nullptr;
  const auto found = call.region.snapshots.find(id);
  if (found != call.region.snapshots.end()) return &found->second;
  call.Fail(404, "DBClusterSnapshotNotFoundFault",
            fmt::format("DBClusterSnapshot {} not found.", id));
  return nullptr;
}

const ClusterSnapshot* TakeSnapshot(Call& call, const Cluster& cluster, const std::string& id,
                                    Tags tags) {
  if (!call.ok()) return nullptr;
  const auto& all = call.region.snapshots;
  if (all.contains(id)) {
    call.Fail(400, "DBClusterSnapshotAlreadyExistsFault",
              fmt::format("DB cluster snapshot {} already exists.", id));
    return nullptr;
  }
  const auto manual =
      std::ranges::count_if(all, [](const auto& entry) { return !entry.second.automated(); });
  if (static_cast<size_t>(manual) >= kSnapshotsMax) {
    call.Fail(400, "SnapshotQuotaExceeded",
              fmt::format("There are {} manual snapshots, and no more may be.", kSnapshotsMax));
    return nullptr;
  }
  ClusterSnapshot snapshot;
  snapshot.id = id;
  snapshot.resource_id = "snapshot-" + call.settings.random_hex(24);
  snapshot.directory = "s" + call.settings.random_hex(10);
  snapshot.origin.directory = cluster.directory;
  snapshot.cluster = cluster;
  ForgetWaiting(snapshot.cluster);
  snapshot.encrypted = cluster.encrypted;
  snapshot.tags = std::move(tags);
  snapshot.created_us = call.now_us;
  return &(call.region.snapshots[id] = std::move(snapshot));
}

ActionTable SnapshotActions() {
  return {{"CreateDBClusterSnapshot", CreateSnapshot},
          {"DescribeDBClusterSnapshots", DescribeSnapshots},
          {"DescribeDBClusterSnapshotAttributes", DescribeAttributes},
          {"CopyDBClusterSnapshot", CopySnapshot},
          {"DeleteDBClusterSnapshot", DeleteSnapshot}};
}

}  // namespace borealis::control
