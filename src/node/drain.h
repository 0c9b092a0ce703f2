// Drain: clients leave a server before it is stopped on purpose. It refuses new connections (error
// 1203) and closes those it has between transactions: behind COMMIT or ROLLBACK, and idle ones.
// When time runs short, behind any statement outside of a transaction. So a client that tries its
// connection before it uses it, and connects elsewhere if that fails, sees no error.
//
// The guards do that in the server (plugin/draining.h) as long as they are told so again and again.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "node/process.h"
#include "node/server_client.h"

namespace borealis::node {

// A client's connection, as the server lists it.
struct ClientSession {
  std::string id;
  bool idle = false;  // between two commands
  int64_t idle_ms = 0;
  bool in_transaction = false;
};

// Idle for so long: a client that has just tried its connection has used it by then.
inline constexpr int64_t kIdleCloseMs = 1'000;
// Before the end statements count as transactions; no more than a third of the time.
inline constexpr int64_t kLastPhaseMs = 2'000;

struct DrainStep {
  int phase = 0;                   // of plugin/draining.h
  std::vector<std::string> close;  // connections to end now
  bool done = false;
};
// Pure. `left_ms` of `timeout_ms`.
DrainStep PlanDrain(const std::vector<ClientSession>& sessions, int64_t left_ms,
                    int64_t timeout_ms);

struct DrainResult {
  size_t left = 0;  // connections that were still there when time was over
  int64_t took_ms = 0;
};
// `own`: the account that asks and that the agent runs as, whose connections do not count; nor do
// root's. Ok, too, when the
// server ended meanwhile. kInternal: the server can't be drained, with its reason.
Result<DrainResult> Drain(ServerClient& server, const std::string& own, const UniqueFd& process,
                          int timeout_ms, const Clock& clock);

}  // namespace borealis::node
