#include "node/node_control.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>

#include "node/agent_setup.h"
#include "node/server_process.h"
#include "node/slots.h"

namespace borealis::node {
namespace {

constexpr int kLookMs = 50;
constexpr int kKillGraceMs = 10'000;

// Whether the agent that wrote it is still there: by its process where we see it, else by the age.
bool AgentLives(const NodeStatus& status, bool local, const Clock& clock) {
  if (local) return IsAlive(status.agent);
  return clock.WallUs() - status.updated_us < kStatusFreshUs;
}

void MarkLost(NodeStatus& status) {
  if (status.state == NodeState::kStopped) return;
  const bool server = IsAlive(status.server);
  status.state = NodeState::kLost;
  status.message =
      server ? "its agent died; the server still runs" : "its agent died or its machine is gone";
  if (!server) status.server = {};
}

std::optional<NodeStatus> ReadState(const std::string& directory) {
  auto status = ReadNodeState({directory});
  if (!status.ok()) return std::nullopt;
  return std::move(status).value();
}

struct Stopping {
  StopResult result;
  NodeLayout layout;
  UniqueFd agent;
  UniqueFd server;  // only of a node without agent
};

Stopping AskToEnd(const NodeStatus& node, StopManner manner) {
  const bool kill = manner == StopManner::kKill;
  Stopping stopping;
  stopping.result.name = node.name;
  stopping.layout = {node.directory};
  if (auto agent = OpenPidfd(node.agent); agent.ok()) {
    stopping.agent = std::move(agent).value();
    stopping.result.ran = true;
    stopping.result.status = SendSignal(stopping.agent, kill ? SIGQUIT : SIGTERM);
    return stopping;
  }
  const auto server = FindRunningServer(stopping.layout, node.server);
  if (!server) return stopping;
  if (auto pidfd = OpenPidfd(*server); pidfd.ok()) {
    stopping.server = std::move(pidfd).value();
    stopping.result.ran = true;
    stopping.result.status = SendSignal(stopping.server, kill ? SIGKILL : SIGTERM);
  }
  return stopping;
}

void AwaitEnd(Stopping& stopping, int64_t deadline_ns, const Clock& clock) {
  Status& status = stopping.result.status;
  if (status.code() == Code::kNotFound) status = Status::Ok();  // ended before the signal
  if (!status.ok() || !stopping.result.ran) return;
  const auto left_ms = [&] {
    return static_cast<int>(std::max<int64_t>(0, (deadline_ns - clock.MonotonicNs()) / 1'000'000));
  };
  if (stopping.agent.valid()) {
    if (!WaitForEnd(stopping.agent, left_ms())) {
      status = Status(Code::kTimeout, "its agent does not end; see agent.log");
    }
    return;
  }
  if (WaitForEnd(stopping.server, left_ms())) return;
  (void)SendSignal(stopping.server, SIGKILL);
  if (!WaitForEnd(stopping.server, kKillGraceMs)) {
    status = Status(Code::kTimeout, "its server does not end, not even killed");
  }
}

}  // namespace

std::vector<NodeStatus> ListLocalNodes(const std::string& data) {
  std::vector<NodeStatus> nodes;
  const auto names = snapshot::ListDirectory(data);
  if (!names.ok()) return nodes;
  for (const std::string& name : *names) {
    std::string directory = fmt::format("{}/{}", data, name);
    auto status = ReadState(directory);
    if (status && status->name == name) {
      status->directory = std::move(directory);
      nodes.push_back(std::move(*status));
    }
  }
  return nodes;
}

Result<std::vector<NodeStatus>> ListNodes(storage::Backend& volume, const std::string& volume_path,
                                          const std::string& data, const Clock& clock) {
  std::map<std::string, NodeStatus> nodes;
  ASSIGN_OR_RETURN(const std::vector<SlotEntry> slots, ReadSlots(volume));
  for (const SlotEntry& entry : slots) {
    NodeStatus status;
    status.name = entry.node;
    status.slot = entry.slot.value;
    status.state = NodeState::kStopped;
    nodes[entry.node] = status;
  }
  ASSIGN_OR_RETURN(const std::vector<storage::Hint> hints, volume.ListHints(kHintPrefix));
  for (const storage::Hint& hint : hints) {
    auto status = DecodeNodeStatus(AsText(hint.value));
    if (status.ok() && HintName(status->name) == hint.name) nodes[status->name] = *status;
  }
  if (!data.empty()) {
    for (NodeStatus& status : ListLocalNodes(data)) {
      if (status.volume == volume_path) nodes.try_emplace(status.name, status);
    }
  }
  std::vector<NodeStatus> list;
  for (auto& [name, status] : nodes) {
    // On this machine the state file is newer than the hint, and processes can be looked at.
    const std::string directory = status.directory.empty() && !data.empty()
                                      ? fmt::format("{}/{}", data, name)
                                      : status.directory;
    const auto local = directory.empty() ? std::nullopt : ReadState(directory);
    const bool is_local = local && local->name == name && local->volume == volume_path;
    if (is_local) status = *local;
    if (!status.directory.empty() && !AgentLives(status, is_local, clock)) MarkLost(status);
    list.push_back(status);
  }
  return list;
}

std::vector<StopResult> StopNodes(const std::vector<NodeStatus>& nodes, int timeout_ms,
                                  StopManner manner) {
  const Clock& clock = SystemClock();
  const int64_t deadline_ns = clock.MonotonicNs() + timeout_ms * 1'000'000LL;
  std::vector<Stopping> all;
  all.reserve(nodes.size());
  for (const NodeStatus& node : nodes) all.push_back(AskToEnd(node, manner));
  std::vector<StopResult> results;
  for (Stopping& stopping : all) {
    AwaitEnd(stopping, deadline_ns, clock);
    results.push_back(stopping.result);
  }
  return results;
}

Status RestartServer(const NodeStatus& node, int timeout_ms) {
  const Clock& clock = SystemClock();
  const int64_t deadline_ns = clock.MonotonicNs() + timeout_ms * 1'000'000LL;
  const NodeLayout layout{node.directory};
  const auto agent = OpenPidfd(node.agent);
  const auto server = FindRunningServer(layout, node.server);
  if (!agent.ok() || !server) return {Code::kNotFound, "no agent runs its server here"};
  ASSIGN_OR_RETURN(const UniqueFd pidfd, OpenPidfd(*server));
  RETURN_IF_ERROR(SendSignal(pidfd, SIGTERM));
  while (!WaitForEnd(*agent, kLookMs)) {
    const auto now = ReadNodeState(layout);
    if (now.ok() && now->state == NodeState::kReady && !(now->server == *server)) {
      return Status::Ok();
    }
    if (now.ok() && now->state == NodeState::kHeld) return {Code::kUnavailable, now->message};
    if (clock.MonotonicNs() >= deadline_ns) {
      return {Code::kTimeout, "its server is not ready yet; see mysqld.err and agent.log"};
    }
  }
  return {Code::kUnavailable, "its agent ended; see agent.log"};
}

Result<ProcessId> LaunchAgent(const LaunchOptions& options) {
  RETURN_IF_ERROR(ProvideDirectory(options.layout.root, options.owner));
  const std::string log = options.layout.agent_log();
  const UniqueFd fd(open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "open", log);
  if (geteuid() == 0 && fchown(fd.get(), options.owner.uid, options.owner.gid) != 0) {
    return snapshot::ErrnoStatus(errno, "change the owner of", log);
  }
  std::vector<std::string> argv = {options.program};
  argv.insert(argv.end(), options.argv.begin(), options.argv.end());
  ASSIGN_OR_RETURN(const Child child, Spawn({argv, log}));
  return child.id;
}

WaitResult WaitUntilReady(const NodeLayout& layout, const ProcessId& agent, int64_t deadline_ns,
                          const Clock& clock,
                          const std::function<void(const NodeStatus&)>& changed) {
  WaitResult result;
  auto pidfd = OpenPidfd(agent);
  while (true) {
    // The end first: what it wrote before it ended is read after it.
    const bool ended = !pidfd.ok() || WaitForEnd(*pidfd, kLookMs);
    const auto status = ReadNodeState(layout);
    const bool current = status.ok() && status->agent == agent;
    if (current && (result.last.name.empty() || status->state != result.last.state)) {
      changed(*status);
    }
    if (current) result.last = *status;
    if (current && status->state == NodeState::kReady) {
      result.outcome = WaitOutcome::kReady;
      return result;
    }
    if (current && status->state == NodeState::kHeld) {
      result.outcome = WaitOutcome::kHeld;
      return result;
    }
    if (ended) {
      result.outcome = WaitOutcome::kEnded;
      return result;
    }
    if (clock.MonotonicNs() >= deadline_ns) return result;
  }
}

}  // namespace borealis::node
