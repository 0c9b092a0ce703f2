#include "control/reconcile/decide.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace borealis::control {
namespace {

constexpr char kClusterSource[] = "db-cluster";
constexpr char kInstanceSource[] = "db-instance";

template <typename Map>
typename Map::mapped_type Find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

class Decider {
 public:
  Decider(const Region& desired, const Observed& observed, int64_t now_us)
      : region_(desired), observed_(observed), now_us_(now_us) {}

  Decision Run() {
    const Region names = region_;  // what is gone through; region_ changes meanwhile
    for (const auto& [id, cluster] : names.clusters) OnCluster(region_.clusters.at(id));
    for (const auto& [id, instance] : names.instances) OnInstance(region_.instances.at(id));
    return {std::move(region_), std::move(steps_)};
  }

 private:
  // Adds a step unless one runs for the same resource, or the last one failed a moment ago.
  void Do(Step::Kind kind, const Cluster& cluster, const Instance& instance = {}) {
    Step step{kind, cluster, instance};
    const std::string& target = step.Target();
    if (observed_.busy.contains(target) || taken_.contains(target)) return;
    const auto failure = Find(observed_.failures, target);
    if (failure.count > 0 && now_us_ < failure.at_us + RetryDelayUs(failure.count)) return;
    taken_.insert(target);
    steps_.push_back(std::move(step));
  }

  void Tell(const char* type, const std::string& id, const char* category, std::string message) {
    region_.Tell(now_us_, type, id, category, std::move(message));
  }

  void OnCluster(Cluster& cluster) {
    NotePassword(cluster);
    const ObservedCluster seen = Find(observed_.clusters, cluster.resource_id);
    if (cluster.status == "creating") {
      if (seen.volume_ready) {
        cluster.status = "available";
        Tell(kClusterSource, cluster.id, "creation", "DB cluster created");
      } else {
        MakeVolume(cluster);
      }
    } else if (cluster.status == "resetting-master-credentials") {
      if (cluster.pending_password.empty()) cluster.status = "available";
    } else if (cluster.status == "deleting") {
      Delete(cluster, seen);
      return;  // it may be gone
    }
  }

  // What the servers know need not be kept.
  void NotePassword(Cluster& cluster) {
    const auto set = observed_.passwords_set.find(cluster.resource_id);
    if (set == observed_.passwords_set.end() || cluster.pending_password.empty() ||
        set->second != cluster.pending_password) {
      return;
    }
    cluster.pending_password.clear();
    cluster.database_made = true;
  }

  void MakeVolume(Cluster& cluster) {
    const auto failure = Find(observed_.failures, cluster.resource_id);
    if (failure.count < kVolumeTriesMax) return Do(Step::Kind::kMakeVolume, cluster);
    cluster.status = "failed";
    Tell(kClusterSource, cluster.id, "failure",
         fmt::format("DB cluster could not be created: {}", failure.message));
  }

  void Delete(const Cluster& cluster, const ObservedCluster& seen) {
    if (!region_.InstancesOf(cluster.id).empty()) return;
    if (seen.directory_there || observed_.busy.contains(cluster.resource_id)) {
      return Do(Step::Kind::kRemoveFiles, cluster);
    }
    const std::string id = cluster.id;
    region_.clusters.erase(id);
    Tell(kClusterSource, id, "deletion", "DB cluster deleted");
  }

  void OnInstance(Instance& instance) {
    const auto found = region_.clusters.find(instance.cluster);
    if (found == region_.clusters.end()) return;
    Cluster& cluster = found->second;
    const ObservedInstance seen = Find(observed_.instances, instance.resource_id);
    if (instance.status == "deleting") return Delete(cluster, instance, seen);
    const ObservedCluster volume = Find(observed_.clusters, cluster.resource_id);
    if (!volume.volume_ready) return;
    if (instance.stop_first) {
      if (seen.agent_lives || seen.server_lives) {
        return Do(Step::Kind::kStopNode, cluster, instance);
      }
      instance.stop_first = false;
    }
    if (!seen.agent_lives) {
      NoteCrash(instance, seen);
      const auto failure = Find(observed_.failures, instance.resource_id);
      if (failure.count >= kAgentTriesMax) Fail(instance, failure.message);
      return Do(Step::Kind::kLaunchAgent, cluster, instance);
    }
    Follow(cluster, instance, seen);
  }

  // Its agent lives: what it says becomes the instance's status.
  void Follow(Cluster& cluster, Instance& instance, const ObservedInstance& seen) {
    NoteCrash(instance, seen);
    if (seen.node == ObservedInstance::Node::kHeld) return Fail(instance, seen.message);
    if (seen.node != ObservedInstance::Node::kReady) return;
    if (!cluster.pending_password.empty()) {
      Do(Step::Kind::kMakeUser, cluster, instance);
      if (instance.status == "creating") return;
    }
    if (instance.recovering) {
      instance.recovering = false;
      Tell(kInstanceSource, instance.id, "recovery", "Recovery of the DB instance is complete.");
    }
    if (instance.status == "available") return;
    const bool created = instance.status == "creating";
    const bool rebooted = instance.status == "rebooting";
    instance.status = "available";
    instance.message.clear();
    Tell(kInstanceSource, instance.id,
         created    ? "creation"
         : rebooted ? "availability"
                    : "notification",
         created    ? "DB instance created"
         : rebooted ? "DB instance restarted"
                    : "DB instance is available again");
  }

  void Fail(Instance& instance, const std::string& message) {
    if (instance.status != "failed") {
      Tell(kInstanceSource, instance.id, "failure", "DB instance failed: " + message);
    }
    instance.status = "failed";
    instance.message = message;
  }

  void NoteCrash(Instance& instance, const ObservedInstance& seen) {
    if (seen.crash_us <= instance.crash_seen_us) return;
    instance.crash_seen_us = seen.crash_us;
    if (instance.status == "creating") return;
    instance.recovering = true;
    Tell(kInstanceSource, instance.id, "recovery",
         "Recovery of the DB instance has started. Recovery time will vary with the amount of data "
         "to be recovered.");
  }

  void Delete(const Cluster& cluster, const Instance& instance, const ObservedInstance& seen) {
    if (seen.agent_lives || seen.server_lives) return Do(Step::Kind::kStopNode, cluster, instance);
    if (seen.has_slot) return Do(Step::Kind::kFreeSlot, cluster, instance);
    if (seen.files_there || observed_.busy.contains(instance.resource_id)) {
      return Do(Step::Kind::kRemoveNode, cluster, instance);
    }
    const std::string id = instance.id;
    region_.instances.erase(id);
    Tell(kInstanceSource, id, "deletion", "DB instance deleted");
  }

  Region region_;
  const Observed& observed_;
  const int64_t now_us_;
  std::vector<Step> steps_;
  std::set<std::string> taken_;
};

}  // namespace

const std::string& Step::Target() const {
  const bool of_cluster =
      kind == Kind::kMakeVolume || kind == Kind::kRemoveFiles || kind == Kind::kMakeUser;
  return of_cluster ? cluster.resource_id : instance.resource_id;
}

int64_t RetryDelayUs(int failures) {
  return std::min<int64_t>(500'000LL << std::min(failures - 1, 6), 30'000'000LL);
}

Decision Decide(const Region& desired, const Observed& observed, int64_t now_us) {
  return Decider(desired, observed, now_us).Run();
}

bool InTransition(const Region& region) {
  for (const auto& [id, cluster] : region.clusters) {
    if (cluster.status != "available" && cluster.status != "failed") return true;
  }
  for (const auto& [id, instance] : region.instances) {
    if ((instance.status != "available" && instance.status != "failed") || instance.recovering) {
      return true;
    }
  }
  return false;
}

}  // namespace borealis::control
