// A new cluster from a snapshot, or from another cluster as it was or is.
#include <fmt/core.h>

#include "control/actions/actions.h"
#include "control/actions/cluster_choices.h"
#include "control/actions/snapshot_choices.h"
#include "control/api/signature.h"
#include "control/api/times.h"

namespace borealis::control {
namespace {

// The part of `old` that its data brings along, as a new cluster.
Cluster Inherit(const Cluster& old) {
  Cluster cluster;
  cluster.engine = old.engine;
  cluster.engine_version = old.engine_version;
  cluster.engine_mode = old.engine_mode;
  cluster.master_user = old.master_user;
  cluster.database = old.database;
  cluster.database_made = true;
  cluster.port = old.port;
  cluster.retention_days = old.retention_days;
  cluster.backup_window = old.backup_window;
  cluster.maintenance_window = old.maintenance_window;
  return cluster;
}

// The parameters that both restores have.
void Restore(Call& call, Cluster cluster, bool encrypted) {
  cluster.encrypted = encrypted || !call.parameters.Text("KmsKeyId").empty();
  ReadPlacement(call, cluster);
  ReadChangeable(call, cluster, cluster.pending_password_hash);
  if (!cluster.pending_password_hash.empty()) {
    return call.Fail(400, "InvalidParameterCombination",
                     "The password comes with the data; modify the cluster when it is there.");
  }
  AddCluster(call, std::move(cluster));
}

void FromSnapshot(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterIdentifier");
  (void)call.parameters.Required("SnapshotIdentifier");
  const std::string engine = call.parameters.Required("Engine");
  const ClusterSnapshot* snapshot = FindSnapshot(call, IdOrArn(call, "SnapshotIdentifier"));
  if (snapshot == nullptr) return;
  if (snapshot->status != "available") {
    return call.Fail(400, "InvalidDBClusterSnapshotStateFault",
                     fmt::format("DB cluster snapshot {} is {}.", snapshot->id, snapshot->status));
  }
  Cluster cluster = Inherit(snapshot->cluster);
  cluster.id = id;
  if (engine != cluster.engine) {
    return call.Fail(400, "InvalidParameterCombination",
                     fmt::format("The snapshot is one of {}.", cluster.engine));
  }
  ChooseMode(call, cluster.engine_mode, cluster);
  cluster.origin = snapshot->automated() ? snapshot->origin : Origin{snapshot->directory, "", 0};
  Restore(call, std::move(cluster), snapshot->encrypted);
}

// The moment that is asked for; 0: the newest there is when it is made.
int64_t ReadMoment(Call& call, const Cluster& source) {
  const bool newest = call.parameters.Flag("UseLatestRestorableTime", false);
  const std::string text = call.parameters.Text("RestoreToTime");
  if (newest == !text.empty()) {
    call.Fail(400, "InvalidParameterCombination",
              "Give RestoreToTime or UseLatestRestorableTime, one of them.");
    return 0;
  }
  if (newest) return 0;
  const auto time_us = ReadTime(text);
  if (!time_us) {
    call.parameters.FailValue("RestoreToTime is not a time.");
    return 0;
  }
  const auto span = call.restorable.find(source.resource_id);
  const RestoreSpan from = span == call.restorable.end() ? RestoreSpan{} : span->second;
  if (*time_us < from.earliest_us || *time_us > call.now_us || from.latest_us == 0) {
    call.parameters.FailValue(fmt::format("{} can be restored to any moment from {} to {}.",
                                          source.id, TimeText(from.earliest_us),
                                          TimeText(from.latest_us)));
  }
  return *time_us;
}

void ToPointInTime(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterIdentifier");
  (void)call.parameters.Required("SourceDBClusterIdentifier");
  const Cluster* source = FindCluster(call, IdOrArn(call, "SourceDBClusterIdentifier"));
  if (source == nullptr) return;
  if (source->status == "creating" || source->status == "deleting" || source->status == "failed") {
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("DB cluster {} is {}.", source->id, source->status));
  }
  const std::string type = call.parameters.Text("RestoreType");
  if (!type.empty() && type != "full-copy" && type != "copy-on-write") {
    return call.parameters.FailValue("RestoreType is full-copy or copy-on-write.");
  }
  if (type == "copy-on-write" && call.parameters.Has("RestoreToTime")) {
    return call.Fail(400, "InvalidParameterCombination",
                     "A clone (copy-on-write) is of now: leave out RestoreToTime.");
  }
  Cluster cluster = Inherit(*source);
  cluster.id = id;
  ChooseMode(call, cluster.engine_mode, cluster);
  cluster.origin.directory = source->directory;
  cluster.origin.until_us = ReadMoment(call, *source);
  Restore(call, std::move(cluster), source->encrypted);
}

}  // namespace

ActionTable RestoreActions() {
  return {{"RestoreDBClusterFromSnapshot", FromSnapshot},
          {"RestoreDBClusterToPointInTime", ToPointInTime}};
}

}  // namespace borealis::control
