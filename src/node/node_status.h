// What an agent says of its node: in state.json (for its successor and for `status` on this
// machine) and as the volume's hint "agent.<name>" (for everyone else). JSON; unknown members are
// ignored. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/ids.h"
#include "node/process.h"
#include "node/server_figures.h"

namespace borealis::node {

enum class NodeState {
  kStarting,    // the agent prepares
  kRestoring,   // a cache is made from a snapshot
  kRecovering,  // the engines recover, their position is asked for
  kReplaying,   // the server runs and is not ready yet: it applies the log
  kReady,       // accepts reads and writes
  kUnready,     // was ready; the server runs but does not answer or does not accept
  kWaiting,     // the server or a restore failed; a retry is due
  kStopping,
  kStopped,  // on request
  kHeld,     // failed in a way that retrying cannot cure; `message` says what to do
  kLost,     // no agent: it died or its machine did (never reported by an agent itself)
};
std::string_view NodeStateName(NodeState state);
std::optional<NodeState> ParseNodeState(std::string_view name);

// Failures that led to a rebuild, kept until the node is ready again.
struct FailureHistory {
  // Seqno at which the cache failed before the last rebuild; undefined: no rebuild since ready.
  Seqno rebuilt_for = Seqno::Undefined();
  int rebuilds = 0;  // since last ready
  bool operator==(const FailureHistory&) const = default;
};

struct NodeStatus {
  std::string name;
  std::string volume;  // directory
  std::string volume_uuid;
  std::string address;
  uint16_t port = 0;
  std::string socket;
  std::string directory;  // DATA/<name>
  uint16_t slot = 0;
  NodeState state = NodeState::kStarting;
  std::string message;         // one line; why, when the state needs a reason
  std::string software;        // release of the agent's program
  std::string server_version;  // as the server said last; empty: not asked yet
  ProcessId agent;
  ProcessId server;                  // pid 0: none runs
  uint64_t restarts = 0;             // unexpected ends of the server in this agent's life
  Seqno seqno;                       // last committed, as the server says
  std::vector<std::string> members;  // endpoints, as the server sees the view
  int64_t started_us = 0;            // of the agent, wall clock
  int64_t updated_us = 0;
  int64_t last_crash_us = 0;    // 0: none
  int64_t ready_after_ms = -1;  // from the last crash (or first start) until ready; -1: not yet
  FailureHistory failures;
  // What was set on the server's command line and since (settings_drift.h); nullopt: not asked.
  std::optional<std::map<std::string, std::string>> settings;
  Figures figures;  // as the server said last
  bool operator==(const NodeStatus&) const = default;
};

// A hint older than this belongs to an agent that died.
inline constexpr int64_t kStatusFreshUs = 5'000'000;
inline constexpr size_t kMessageBytesMax = 1024;

std::string EncodeNodeStatus(const NodeStatus& status);
// kCorruption: not such an object. Text is bounded, numbers are range-checked.
Result<NodeStatus> DecodeNodeStatus(std::string_view json);

std::string HintName(std::string_view node);  // "agent.<node>"
inline constexpr std::string_view kHintPrefix = "agent.";

}  // namespace borealis::node
