#include "control/agents/observer.h"

#include <algorithm>

#include "backup/export_manifest.h"
#include "node/agent_setup.h"
#include "node/layout.h"
#include "node/restore_window.h"
#include "node/server_process.h"
#include "node/slots.h"
#include "node/volume.h"
#include "snapshot/files.h"
#include "snapshot/publish.h"
#include "storage/local/local_backend.h"

namespace borealis::control {
namespace {

using Node = ObservedInstance::Node;

constexpr int64_t kHistoryLookUs = 5'000'000;

Node NodeOf(const node::NodeStatus& status) {
  switch (status.state) {
    case node::NodeState::kReady:
      return Node::kReady;
    case node::NodeState::kHeld:
      return Node::kHeld;
    case node::NodeState::kStopped:
    case node::NodeState::kLost:
      return Node::kNone;
    default:
      return Node::kComing;
  }
}

bool IsComplete(const std::string& volume) {
  if (!storage::LocalBackend::IsVolume(volume)) return false;
  const auto look = node::LookAtVolume(volume);
  if (!look.ok()) return false;
  const auto blobs = (*look)->ListBlobs("snapshot.");
  return blobs.ok() && !blobs->empty();
}

bool HasSlot(const std::string& volume, const std::string& name) {
  const auto look = node::LookAtVolume(volume);
  if (!look.ok()) return false;
  const auto slots = node::ReadSlots(**look);
  return slots.ok() && std::any_of(slots->begin(), slots->end(),
                                   [&](const node::SlotEntry& s) { return s.node == name; });
}

}  // namespace

bool AgentProcessRuns(const std::string& nodes, const std::string& name) {
  const auto processes = node::ListProcesses();
  if (!processes.ok()) return true;  // unknown: better wait than start or delete
  return std::ranges::any_of(*processes, [&](pid_t pid) {
    const std::vector<std::string> words = node::CommandLineOf(pid);
    return words.size() >= 4 && words[1] == "node" && words[2] == "run" &&
           node::HasOption(words, "--data", nodes) && node::HasOption(words, "--name", name);
  });
}

Observed Observer::Look(const Region& region) {
  Observed observed;
  for (const auto& [id, cluster] : region.clusters) {
    observed.clusters[cluster.resource_id] = LookAtCluster(cluster);
  }
  for (const auto& [id, snapshot] : region.snapshots) {
    if (!snapshot.automated()) observed.snapshots[snapshot.resource_id] = LookAtSnapshot(snapshot);
  }
  for (const auto& [id, instance] : region.instances) {
    const auto cluster = region.clusters.find(instance.cluster);
    if (cluster == region.clusters.end()) continue;
    observed.instances[instance.resource_id] = LookAtInstance(cluster->second, instance);
  }
  return observed;
}

ObservedCluster Observer::LookAtCluster(const Cluster& cluster) {
  const ClusterPlaces at = places_.Of(cluster);
  ObservedCluster seen;
  seen.directory_there = snapshot::PathExists(at.root);
  if (complete_.contains(cluster.resource_id) || IsComplete(at.volume())) {
    complete_.insert(cluster.resource_id);
    seen.volume_ready = true;
    seen.restorable = LookAtHistory(cluster);
  }
  return seen;
}

RestoreSpan Observer::LookAtHistory(const Cluster& cluster) {
  History& history = histories_[cluster.resource_id];
  const int64_t now_us = clock_.WallUs();
  if (now_us < history.looked_us + kHistoryLookUs && now_us >= history.looked_us) {
    return history.span;
  }
  history.looked_us = now_us;
  const auto look = node::LookAtVolume(places_.Of(cluster).volume());
  const auto snapshots =
      look.ok() ? snapshot::ListSnapshots(**look) : Result<std::vector<Seqno>>(look.status());
  if (!snapshots.ok() || snapshots->empty()) {
    history.span = {};
    return history.span;
  }
  // Only another oldest snapshot can move the beginning.
  if (history.span.earliest_us == 0 || history.oldest != snapshots->front()) {
    const auto window = node::ReadRestoreWindow(**look);
    history.oldest = snapshots->front();
    history.span.earliest_us = window.ok() ? window->oldest.time_us : 0;
  }
  history.span.latest_us = history.span.earliest_us == 0 ? 0 : now_us;
  return history.span;
}

// An export that has a manifest has all that it names.
ObservedSnapshot Observer::LookAtSnapshot(const ClusterSnapshot& snapshot) const {
  const std::string path = places_.snapshot(snapshot.directory);
  return {snapshot::PathExists(path + "/" + backup::kExportManifestFile),
          snapshot::PathExists(path) || snapshot::PathExists(path + ".new")};
}

bool Observer::AgentRuns(const Cluster& cluster, const Instance& instance,
                         const node::NodeStatus* status) {
  if (status != nullptr && node::IsAlive(status->agent)) return true;
  const auto ours = launched_.find(instance.resource_id);
  if (ours != launched_.end()) {
    (void)node::Reap(ours->second);
    if (node::IsAlive(ours->second)) return true;
    launched_.erase(ours);
    const node::NodeLayout layout{places_.Of(cluster).nodes() + "/" + NodeNameOf(instance)};
    ended_[instance.resource_id] = node::TailLines(node::ReadLogTail(layout.agent_log()), 1);
  }
  return AgentProcessRuns(places_.Of(cluster).nodes(), NodeNameOf(instance));
}

ObservedInstance Observer::LookAtInstance(const Cluster& cluster, const Instance& instance) {
  const ClusterPlaces at = places_.Of(cluster);
  const std::string name = NodeNameOf(instance);
  const node::NodeLayout layout{at.nodes() + "/" + name};
  ObservedInstance seen;
  seen.files_there = snapshot::PathExists(layout.root);
  const auto status = node::ReadNodeState(layout);
  seen.agent_lives = AgentRuns(cluster, instance, status.ok() ? &*status : nullptr);
  seen.node = seen.agent_lives ? Node::kComing : Node::kNone;
  if (status.ok()) {
    // What an agent before this one said is of no interest but for its server.
    if (node::IsAlive(status->agent)) seen.node = NodeOf(*status);
    seen.stopped = status->state == node::NodeState::kStopped;
    seen.message = status->message;
    seen.crash_us = status->last_crash_us;
  }
  if (instance.status == "deleting" || instance.status == "stopping" || instance.stop_first ||
      !seen.agent_lives) {
    seen.server_lives =
        node::FindRunningServer(layout, status.ok() ? status->server : node::ProcessId{})
            .has_value();
  }
  if (instance.status == "deleting") seen.has_slot = HasSlot(at.volume(), name);
  return seen;
}

}  // namespace borealis::control
