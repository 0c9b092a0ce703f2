// Nodes as commands see them: which there are, how they are, starting their agents in the
// background, stopping them. Adapter.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "node/account.h"
#include "node/layout.h"
#include "node/node_status.h"
#include "storage/backend.h"

namespace borealis::node {

// The nodes that the volume knows (by slot) and those with a directory in `data` (may be empty), by
// name. A node whose agent is gone is kLost, unless it stopped on request; one never heard of has
// the state kStopped and no directory.
Result<std::vector<NodeStatus>> ListNodes(storage::Backend& volume, const std::string& volume_path,
                                          const std::string& data, const Clock& clock);

// The nodes with a directory in `data`, by name, as their state files say; no volume needed.
std::vector<NodeStatus> ListLocalNodes(const std::string& data);

struct StopResult {
  std::string name;
  bool ran = false;  // an agent or a server ran
  Status status;     // ok: nothing runs any more
};

// kKill: servers are killed at once. They come back as from a crash.
enum class StopManner { kAsk, kKill };

// Asks the agents of these nodes (and servers without one) to end, all at once, and waits; what
// does not end within timeout_ms is reported, servers without agent are killed then. Order as
// given.
std::vector<StopResult> StopNodes(const std::vector<NodeStatus>& nodes, int timeout_ms,
                                  StopManner manner = StopManner::kAsk);

// Ends the node's server and waits until its agent has brought it back. kNotFound: no agent, or no
// server. kTimeout: it is not ready yet.
Status RestartServer(const NodeStatus& node, int timeout_ms);

struct LaunchOptions {
  std::string program;            // this program
  std::vector<std::string> argv;  // after the program: node run ...
  NodeLayout layout;
  Account owner;
};
// Starts an agent in the background with its output in agent.log.
Result<ProcessId> LaunchAgent(const LaunchOptions& options);

enum class WaitOutcome { kReady, kEnded, kHeld, kTimeout };
struct WaitResult {
  WaitOutcome outcome = WaitOutcome::kTimeout;
  NodeStatus last;
};
// Waits until the node is ready; ends early when its agent ended or holds. `changed` is called at
// every change of state.
WaitResult WaitUntilReady(const NodeLayout& layout, const ProcessId& agent, int64_t deadline_ns,
                          const Clock& clock,
                          const std::function<void(const NodeStatus&)>& changed);

}  // namespace borealis::node
