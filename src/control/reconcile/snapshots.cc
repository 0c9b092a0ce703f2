#include <fmt/chrono.h>

#include <algorithm>

#include "control/model/recurring_window.h"
#include "control/reconcile/plan.h"

namespace borealis::control {
namespace {

constexpr int64_t kDayUs = 24LL * 3600 * 1'000'000;

Cluster* ClusterIn(Region& region, const std::string& directory) {
  for (auto& [id, cluster] : region.clusters) {
    if (cluster.directory == directory) return &cluster;
  }
  return nullptr;
}

void Fail(Plan& plan, ClusterSnapshot& snapshot, const std::string& message) {
  snapshot.status = "failed";
  snapshot.message = message;
  plan.Tell(kSnapshotSource, snapshot.id, "failure",
            fmt::format("Manual cluster snapshot failed: {}", message));
  Cluster* cluster = ClusterIn(plan.region, snapshot.origin.directory);
  if (cluster == nullptr || cluster->status != "deleting") return;
  // What was to be kept of it is not there: it stays.
  cluster->status = "available";
  plan.Tell(kClusterSource, cluster->id, "failure",
            "DB cluster is not deleted: its final snapshot failed");
}

// A manual one that is not there yet.
void Make(Plan& plan, ClusterSnapshot& snapshot) {
  if (Find(plan.observed.snapshots, snapshot.resource_id).whole &&
      !plan.observed.busy.contains(snapshot.resource_id)) {
    snapshot.status = "available";
    plan.Tell(kSnapshotSource, snapshot.id, "backup", "Manual cluster snapshot created");
    return;
  }
  const auto failure = plan.FailureOf(snapshot.resource_id);
  if (failure.count >= kBackupTriesMax) return Fail(plan, snapshot, failure.message);
  if (snapshot.status == "copying") {
    return (void)plan.Do({.kind = Step::Kind::kCopyBackup, .snapshot = snapshot});
  }
  const Cluster* cluster = ClusterIn(plan.region, snapshot.origin.directory);
  if (cluster == nullptr) return Fail(plan, snapshot, "its cluster is gone");
  // The last one of a cluster holds what its instances wrote until their end.
  if (cluster->status == "deleting" && !plan.region.InstancesOf(cluster->id).empty()) return;
  plan.Do({.kind = Step::Kind::kTakeBackup, .cluster = *cluster, .snapshot = snapshot});
}

void Remove(Plan& plan, const ClusterSnapshot& snapshot) {
  if (Find(plan.observed.snapshots, snapshot.resource_id).directory_there ||
      plan.observed.busy.contains(snapshot.resource_id)) {
    return (void)plan.Do({.kind = Step::Kind::kRemoveBackup, .snapshot = snapshot});
  }
  const std::string id = snapshot.id;
  plan.region.snapshots.erase(id);
  plan.Tell(kSnapshotSource, id, "notification", "Deleted manual snapshot");
}

// Whether the volume still holds the moment, and the cluster wants it.
bool IsKept(Plan& plan, const ClusterSnapshot& snapshot) {
  const Cluster* cluster = ClusterIn(plan.region, snapshot.origin.directory);
  if (cluster == nullptr || cluster->status == "deleting") return false;
  const auto seen = Find(plan.observed.clusters, cluster->resource_id);
  return snapshot.created_us >= plan.now_us - cluster->retention_days * kDayUs &&
         snapshot.created_us >= seen.restorable.earliest_us;
}

void TakeDaily(Plan& plan, const Cluster& cluster) {
  const auto window = ParseDailyWindow(cluster.backup_window);
  const auto began_us = window ? window->BeganUs(plan.now_us) : std::nullopt;
  const auto seen = Find(plan.observed.clusters, cluster.resource_id);
  if (!began_us || cluster.status != "available" || seen.restorable.latest_us == 0) return;
  for (const auto& [id, other] : plan.region.snapshots) {
    if (other.automated() && other.origin.directory == cluster.directory &&
        other.created_us >= *began_us) {
      return;
    }
  }
  ClusterSnapshot snapshot;
  snapshot.id = fmt::format("rds:{}-{:%Y-%m-%d-%H-%M}", cluster.id,
                            fmt::gmtime(static_cast<std::time_t>(plan.now_us / 1'000'000)));
  if (plan.region.snapshots.contains(snapshot.id)) return;
  snapshot.resource_id = snapshot.id;
  snapshot.status = "available";
  snapshot.origin = {"", cluster.directory, seen.restorable.latest_us};
  snapshot.created_us = seen.restorable.latest_us;
  snapshot.cluster = cluster;
  ForgetWaiting(snapshot.cluster);
  snapshot.encrypted = cluster.encrypted;
  plan.Tell(kSnapshotSource, snapshot.id, "backup", "Automated cluster snapshot created");
  plan.region.snapshots[snapshot.id] = std::move(snapshot);
}

}  // namespace

bool IsBeingTaken(const Region& region, const Cluster& cluster) {
  return std::ranges::any_of(region.snapshots, [&](const auto& entry) {
    return entry.second.status == "creating" && entry.second.origin.directory == cluster.directory;
  });
}

void DecideSnapshots(Plan& plan) {
  const auto names = plan.region.snapshots;  // what is gone through
  for (const auto& [id, snapshot] : names) {
    ClusterSnapshot& known = plan.region.snapshots.at(id);
    if (known.automated()) {
      if (!IsKept(plan, known)) plan.region.snapshots.erase(id);
    } else if (known.status == "creating" || known.status == "copying") {
      Make(plan, known);
    } else if (known.status == "deleting") {
      Remove(plan, known);
    }
  }
  for (const auto& [id, cluster] : plan.region.clusters) TakeDaily(plan, cluster);
}

}  // namespace borealis::control
