// The daemon `borealis serve`: composes store, API, reconciler and web server.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "control/actions/call.h"
#include "control/agents/executor.h"

namespace borealis::control {

struct DaemonOptions {
  std::string dir;  // absolute; made when it is missing
  std::string listen_address = "127.0.0.1";
  uint16_t listen_port = 8300;
  Settings settings;
  std::string console;       // directory of the built console; empty: none, the API only
  std::string trial_client;  // the demo's insert_test.py
  Programs programs;
  std::string cgroup;  // agents/limiter.h; empty: instances are not limited
  std::string hosts;   // agents/hosts_file.h; empty: endpoints are addresses
};

// Serves until SIGTERM or SIGINT. Databases go on without it. kAlreadyExists: another daemon runs
// in that directory.
Status RunDaemon(const DaemonOptions& options, const Clock& clock);

}  // namespace borealis::control
