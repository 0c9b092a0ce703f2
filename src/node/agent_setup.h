// What must hold before an agent may look after a node; every refusal is one line. Adapter.
#pragma once

#include "node/agent.h"
#include "node/node_status.h"
#include "node/process.h"

namespace borealis::node {

struct AgentSetup {
  UniqueFd lock;        // held as long as the agent lives
  NodeStatus previous;  // of the agent before; name empty: none
  std::optional<ProcessId> running_server;
  size_t skips = 0;  // records of the volume that were given up
};

// Takes the node's lock, fills in volume_uuid, slot and what the server finds in the node's
// directory (certificates, which it makes, and plugins), checks options and, unless the server runs
// already, that the endpoint is free. kAlreadyExists: another agent runs this node.
Result<AgentSetup> PrepareAgent(AgentConfig& config, const Clock& clock);

// Locks DATA/<name>/lock; kAlreadyExists names the agent that has it.
Result<UniqueFd> LockNode(const NodeLayout& layout);

// kNotFound: none was written.
Result<NodeStatus> ReadNodeState(const NodeLayout& layout);

}  // namespace borealis::node
