#include "control/reconcile/decide.h"

#include <fmt/core.h>

#include <algorithm>

#include "control/model/recurring_window.h"
#include "control/reconcile/plan.h"

namespace borealis::control {
namespace {

class Decider {
 public:
  explicit Decider(Plan& plan) : plan_(plan), region_(plan.region), observed_(plan.observed) {}

  void Run() {
    const Region names = region_;  // what is gone through; region_ changes meanwhile
    for (const auto& [id, cluster] : names.clusters) OnCluster(region_.clusters.at(id));
    for (const auto& [id, instance] : names.instances) OnInstance(region_.instances.at(id));
  }

 private:
  void Do(Step::Kind kind, const Cluster& cluster, const Instance& instance = {}) {
    plan_.Do({.kind = kind, .cluster = cluster, .instance = instance});
  }

  void Tell(const char* type, const std::string& id, const char* category, std::string message) {
    plan_.Tell(type, id, category, std::move(message));
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
    } else if (cluster.status == "available" && IsIn(cluster.maintenance_window)) {
      if (TakeWaiting(cluster)) {
        Tell(kClusterSource, cluster.id, "maintenance",
             "Modifications that waited for the maintenance window are applied");
      }
    } else if (cluster.status == "resetting-master-credentials") {
      if (cluster.pending_password_hash.empty()) cluster.status = "available";
    } else if (cluster.status == "stopping") {
      Settle(cluster, "stopped", "DB cluster stopped");
    } else if (cluster.status == "starting") {
      Settle(cluster, "available", "DB cluster started");
    } else if (cluster.status == "deleting") {
      Delete(cluster, seen);
      return;  // it may be gone
    }
  }

  // The cluster is what all its instances have become.
  void Settle(Cluster& cluster, const char* status, const char* message) {
    for (const Instance* instance : region_.InstancesOf(cluster.id)) {
      if (instance->status == cluster.status) return;
    }
    cluster.status = status;
    Tell(kClusterSource, cluster.id, "notification", message);
  }

  // What the servers know need not be kept.
  void NotePassword(Cluster& cluster) {
    const auto set = observed_.passwords_set.find(cluster.resource_id);
    if (set == observed_.passwords_set.end() || cluster.pending_password_hash.empty() ||
        set->second != cluster.pending_password_hash) {
      return;
    }
    cluster.pending_password_hash.clear();
    cluster.database_made = true;
  }

  void MakeVolume(Cluster& cluster) {
    const auto failure = plan_.FailureOf(cluster.resource_id);
    if (failure.count < kVolumeTriesMax) return Do(Step::Kind::kMakeVolume, cluster);
    cluster.status = "failed";
    Tell(kClusterSource, cluster.id, "failure",
         fmt::format("DB cluster could not be created: {}", failure.message));
  }

  void Delete(const Cluster& cluster, const ObservedCluster& seen) {
    if (!region_.InstancesOf(cluster.id).empty() || IsBeingTaken(region_, cluster)) return;
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
    if (observed_.out_of_memory.contains(instance.resource_id)) {
      Tell(kInstanceSource, instance.id, "notification",
           fmt::format("The memory of {} was not enough: the system ended a process of the DB "
                       "instance",
                       instance.instance_class));
    }
    if (instance.status == "deleting") return Delete(cluster, instance, seen);
    if (instance.status == "stopped") return;
    if (instance.status == "stopping") return Stop(cluster, instance, seen);
    const ObservedCluster volume = Find(observed_.clusters, cluster.resource_id);
    if (!volume.volume_ready) return;
    if (instance.status == "available" && IsIn(instance.maintenance_window)) {
      TakePendingClass(instance);
    }
    if (instance.stop_first && !instance.forced && !IsNext(instance)) return;
    if (instance.stop_first) {
      if (seen.agent_lives || seen.server_lives) {
        return Do(Step::Kind::kStopNode, cluster, instance);
      }
      instance.stop_first = false;
    }
    if (!seen.agent_lives) {
      NoteCrash(instance, seen);
      const auto failure = plan_.FailureOf(instance.resource_id);
      if (failure.count >= kAgentTriesMax) Fail(instance, failure.message);
      // A server that outlived its agent goes on with what it has.
      instance.started_with = WantedParameters(region_, instance);
      if (!seen.server_lives) instance.parameters = instance.started_with;
      return (void)plan_.Do({.kind = Step::Kind::kLaunchAgent,
                             .cluster = cluster,
                             .instance = instance,
                             .parameters = instance.started_with});
    }
    Follow(cluster, instance, seen);
  }

  bool IsIn(const std::string& maintenance_window) const {
    const auto window = ParseWeeklyWindow(maintenance_window);
    return window && window->BeganUs(plan_.now_us);
  }

  // Instances of a cluster restart one after another, unless a restart is forced.
  bool IsNext(const Instance& instance) const {
    return std::ranges::none_of(region_.InstancesOf(instance.cluster), [&](const Instance* other) {
      const bool restarts = other->status == "rebooting" || other->status == "modifying";
      return restarts && (!other->stop_first || other->id < instance.id);
    });
  }

  void Stop(const Cluster& cluster, Instance& instance, const ObservedInstance& seen) {
    if (seen.agent_lives || seen.server_lives) return Do(Step::Kind::kStopNode, cluster, instance);
    instance.status = "stopped";
    instance.recovering = instance.stop_first = false;
    Tell(kInstanceSource, instance.id, "notification", "DB instance stopped");
  }

  // Its agent lives: what it says becomes the instance's status.
  void Follow(Cluster& cluster, Instance& instance, const ObservedInstance& seen) {
    NoteCrash(instance, seen);
    if (seen.node == ObservedInstance::Node::kHeld) return Fail(instance, seen.message);
    if (instance.crash_asked) Crash(cluster, instance, seen);
    if (seen.node != ObservedInstance::Node::kReady) return;
    if (!cluster.pending_password_hash.empty()) {
      Do(Step::Kind::kMakeUser, cluster, instance);
      if (instance.status == "creating") return;
    }
    SetParameters(cluster, instance);
    if (instance.recovering) {
      instance.recovering = false;
      Tell(kInstanceSource, instance.id, "recovery", "Recovery of the DB instance is complete.");
    }
    if (instance.status == "available") return;
    // Who is told that it is there finds it there.
    if (!observed_.endpoints_there) return;
    TellOfReturn(instance);
    instance.status = "available";
    instance.message.clear();
  }

  // What can take effect without a restart does.
  void SetParameters(const Cluster& cluster, Instance& instance) {
    for (const auto& [name, value] : Find(observed_.parameters_set, instance.resource_id)) {
      if (value == kDefaultValue) {
        instance.parameters.erase(name);
      } else {
        instance.parameters[name] = value;
      }
    }
    const ParameterDifference difference = DifferenceOf(region_, instance);
    if (difference.now.empty()) return;
    plan_.Do({.kind = Step::Kind::kSetParameters,
              .cluster = cluster,
              .instance = instance,
              .parameters = difference.now});
  }

  void TellOfReturn(const Instance& instance) {
    const char* message = instance.status == "creating"    ? "DB instance created"
                          : instance.status == "rebooting" ? "DB instance restarted"
                          : instance.status == "starting"  ? "DB instance started"
                                                           : "DB instance is available again";
    const char* category = instance.status == "creating"    ? "creation"
                           : instance.status == "rebooting" ? "availability"
                                                            : "notification";
    Tell(kInstanceSource, instance.id, category, message);
  }

  // A server that is down already needs none.
  void Crash(const Cluster& cluster, Instance& instance, const ObservedInstance& seen) {
    const bool up = seen.node == ObservedInstance::Node::kReady;
    const Step step{.kind = Step::Kind::kCrashServer, .cluster = cluster, .instance = instance};
    if (!up || plan_.Do(step)) instance.crash_asked = false;
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
    instance.parameters = instance.started_with;  // it is back with those
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

  Plan& plan_;
  Region& region_;
  const Observed& observed_;
};

}  // namespace

bool Plan::Do(Step step) {
  const std::string& target = step.Target();
  if (observed.busy.contains(target) || taken_.contains(target)) return false;
  const auto failure = FailureOf(target);
  if (failure.count > 0 && now_us < failure.at_us + RetryDelayUs(failure.count)) return false;
  taken_.insert(target);
  steps_.push_back(std::move(step));
  return true;
}

const std::string& Step::Target() const {
  if (!snapshot.resource_id.empty()) return snapshot.resource_id;
  const bool of_cluster =
      kind == Kind::kMakeVolume || kind == Kind::kRemoveFiles || kind == Kind::kMakeUser;
  return of_cluster ? cluster.resource_id : instance.resource_id;
}

int64_t RetryDelayUs(int failures) {
  return std::min<int64_t>(500'000LL << std::min(failures - 1, 6), 30'000'000LL);
}

Decision Decide(const Region& desired, const Observed& observed, int64_t now_us) {
  Plan plan(desired, observed, now_us);
  Decider(plan).Run();
  DecideSnapshots(plan);
  return plan.Finish();
}

bool InTransition(const Region& region) {
  const auto at_rest = [](const std::string& status) {
    return status == "available" || status == "failed" || status == "stopped";
  };
  const auto moves = [&](const auto& entry) { return !at_rest(entry.second.status); };
  return std::ranges::any_of(region.clusters, moves) ||
         std::ranges::any_of(region.snapshots, moves) ||
         std::ranges::any_of(region.instances, [&](const auto& entry) {
           return moves(entry) || entry.second.recovering;
         });
}

}  // namespace borealis::control
