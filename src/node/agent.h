// Agent: keeps one node's server running. The driver around AgentMachine: one thread waits for the
// server's end, signals, timers and events from the prober and the worker, feeds the machine and
// performs what it says. The server lives in a session of its own and outlives the agent; the next
// agent takes it over.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "node/prober.h"
#include "node/server_command.h"
#include "node/upkeep.h"

namespace borealis::node {

struct AgentConfig {
  ServerConfig server;   // volume_uuid and slot are filled in here
  std::string software;  // release of this program, for the status
  bool rebuild = false;
  int stop_timeout_ms = 60'000;  // then the server is killed
  // Upkeep of the volume; empty command: none.
  PolicySource upkeep;
  std::vector<std::string> upkeep_command;
  std::vector<std::string> export_command;  // empty: none is due ever
  // How the server is asked whether it is ready; null: over its socket.
  std::unique_ptr<HealthSource> health;
};

// Runs until SIGTERM or SIGINT, or until it cannot go on. Ok: stopped on request, the server ended.
// REQUIRES: runs as the account that owns the volume; no other thread was started yet.
Status RunAgent(AgentConfig config, const Clock& clock);

}  // namespace borealis::node
