// Provider: faults that a user asks for (src/faults), and what other members were asked to hold
// back.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "base/log.h"
#include "provider/provider.h"

namespace borealis::provider {

using faults::CrashPart;
using faults::ReplicaFaults;

namespace {

std::string HintOf(const NodeId& node) {
  return faults::kReplicaFaultsPrefix + node.uuid.ToString();
}

}  // namespace

void Provider::Crash(CrashPart part, uint64_t connection) {
  LogWarning("connection {} asked for a crash", connection);
  if (!unanswered_.CloseAndWait(connection, faults::UnansweredCommits::kWaitNsMax)) {
    LogWarning("some commits get no answer: they took too long");
  }
  if (part == CrashPart::kDispatcher) {
    Stop({Code::kUnavailable, "what appends to the volume was crashed by its user"});
  }
  if (part == CrashPart::kNode) {
    cache_.MarkDiscarded("its user crashed the node and discarded it");
  }
  kill(getpid(), SIGKILL);
  while (true) ::pause();
}

// A directory is one disk of one machine, whatever is below it.
faults::VolumeParts Provider::Parts() const {
  if (replicator() == nullptr) return {0, 0};
  return {1, 1};
}

Status Provider::HoldBack(const faults::ReplicaFault& fault) {
  replication::Replicator* replicator = this->replicator();
  if (replicator == nullptr) return {Code::kUnavailable, "not connected to a volume"};
  std::set<std::string> others;
  for (const Member& member : replicator->view().members) {
    if (member.id != replicator->self()) others.insert(member.name);
  }
  if (!fault.node.empty() && !others.contains(fault.node)) {
    return {Code::kInvalidArgument,
            fmt::format("no other node is named '{}'; there is {}", fault.node,
                        others.empty() ? "none" : fmt::format("{}", fmt::join(others, ", ")))};
  }
  MutexLock lock(replica_faults_mutex_);
  replica_faults_.Set(fault);
  return PublishReplicaFaults();
}

Status Provider::PublishReplicaFaults() {
  replication::Replicator* replicator = this->replicator();
  storage::Backend* backend = this->backend();
  if (replicator == nullptr || backend == nullptr) {
    return {Code::kUnavailable, "not connected to a volume"};
  }
  const std::string name = HintOf(replicator->self());
  return replica_faults_.empty() ? backend->DeleteHint(name)
                                 : backend->PutHint(name, replica_faults_.Encode());
}

// The server leaves: nobody waits for faults any more.
void Provider::EndFaults() {
  disk_faults_.End();
  held_sources_.End();
  MutexLock lock(replica_faults_mutex_);
  if (replica_faults_.empty()) return;
  replica_faults_ = {};
  (void)PublishReplicaFaults();
}

// What this node asked of others and is over is taken back; what members ask of this one is done,
// and what a dead one asked for is removed.
void Provider::FollowFaults(storage::Backend& backend) {
  {
    MutexLock lock(replica_faults_mutex_);
    if (replica_faults_.Expire(SystemClock().WallUs())) (void)PublishReplicaFaults();
  }
  replication::Replicator* replicator = this->replicator();
  const auto hints = backend.ListHints(faults::kReplicaFaultsPrefix);
  if (!hints.ok() || replicator == nullptr) return;
  std::map<NodeId, faults::HeldSource> held;
  const View view = hints->empty() ? View{} : replicator->view();
  for (const storage::Hint& hint : *hints) {
    const auto id = Uuid::Parse(hint.name.substr(sizeof(faults::kReplicaFaultsPrefix) - 1));
    const auto asked = ReplicaFaults::Decode(hint.value);
    if (!id.has_value() || !asked.ok() || NodeId{*id} == replicator->self()) continue;
    if (view.Find(NodeId{*id}) == nullptr) {
      (void)backend.DeleteHint(hint.name);
      continue;
    }
    const faults::ReplicaFault* fault = asked->For(node_name_, SystemClock().WallUs());
    if (fault != nullptr) held[NodeId{*id}] = {fault->percent, fault->until_us};
  }
  held_sources_.Update(std::move(held));
}

}  // namespace borealis::provider
