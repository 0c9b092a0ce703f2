// AgentMachine: what the node agent decides. Pure: (state, event) -> actions; no clock, no process,
// no file. The driver (agent.h) feeds events and performs actions.
//
//             begin: nothing runs                     begin: a server runs (adopted)
//                    |                                             |
//        +--- judge the cache ---+                                 |
//        v                       v                                 v
//    restoring ---------> recovering ------> replaying <------> ready / unready
//        ^                       ^               |                 |
//        |                       +---- waiting --+--- server ended +
//        +-------------------------------+   (at once; delayed when it happens again and again)
//
//   held: retrying cannot cure it; one message. Leaves it only for `stop`.
//   stop: cancels work or asks the server to end, kills it after stop_deadline_ms (or at once, when
//   that is wanted), then exits.
//
// Failures at a seqno. A cache that failed at seqno n (inconsistent, or its server ended by itself
// inside a schema change) is rebuilt once; failing at n again before the node was ready holds it. A
// server that ends early kEarlyEndsMax times at one position has its cache rebuilt once, too;
// ending early kEarlyEndsAfterRebuildMax times after that holds it. More than kRebuildsMax rebuilds
// without being ready hold it whatever the seqnos. Ready forgets all that. A server killed from
// outside (SIGKILL) counts for nothing: its cache did not fail.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "node/cache_decision.h"
#include "node/node_status.h"

namespace borealis::node {

inline constexpr int kEarlyEndsMax = 3;
inline constexpr int kEarlyEndsAfterRebuildMax = 2;
inline constexpr int kRebuildsMax = 3;
// A server that ends within this time of its start counts as quick. One that was ready has shown
// that a start helps: a pause would only lengthen the outage.
inline constexpr int64_t kQuickEndMs = 10'000;
inline constexpr int64_t kQuickEndOfReadyMs = 3'000;
// Pause before the n-th start in a row of quick ends; the last repeats.
inline constexpr int kRetryDelayMs[] = {0, 0, 500, 1'000, 2'000, 4'000, 8'000, 10'000};

// --- Events -------------------------------------------------------------------------------------
struct Begin {
  CacheFacts cache;
  bool server_runs = false;  // adopted
  bool rebuild = false;      // the operator wants a new cache
  // An operator gave up a record since this cache was made: what failed before may pass now.
  bool skipped_since = false;
};
struct Restored {
  Status status;
  Seqno seqno;  // when ok
};
struct Recovered {
  Status status;  // not ok: the recovery run failed, or the log could not be read
  EnginePosition position;
  LogBounds log;
  // True: the engines could not recover: the cache is damaged.
  bool engines_failed = false;
  std::string gtid = {};  // snapshot::ParseRecoveredGtid
};
struct ServerStarted {
  Status status;
};
struct ServerEnded {
  ProcessEnd end;
  int64_t ran_ms = 0;
  CacheFacts cache;
  std::string last_error;  // of its log, may be empty
};
struct Probed {
  bool ready = false;
  Seqno seqno = Seqno::Undefined();
  bool behind = false;  // not ready because it is too far behind the log
  bool answers = false;
};
struct RetryDue {
  CacheFacts cache;
};
struct StopDeadline {};
struct StopRequested {
  bool kill = false;  // the server is not asked; also one that was asked before
};
using Event = std::variant<Begin, Restored, Recovered, ServerStarted, ServerEnded, Probed, RetryDue,
                           StopDeadline, StopRequested>;

// --- Actions ------------------------------------------------------------------------------------
// Restores the newest snapshot; an existing cache is removed first. -> Restored
struct RestoreCache {
  bool operator==(const RestoreCache&) const = default;
};
// Runs the engines' recovery and reads the log's bounds. -> Recovered
struct RecoverEngines {
  bool operator==(const RecoverEngines&) const = default;
};
// -> ServerStarted, then probes and one day ServerEnded
struct StartServer {
  Seqno seqno;
  bool operator==(const StartServer&) const = default;
};
struct AskServerToEnd {  // and arms the StopDeadline
  bool operator==(const AskServerToEnd&) const = default;
};
// The server is still starting: asked now, it would never end. Arms the StopDeadline.
struct AwaitAnswer {
  bool operator==(const AwaitAnswer&) const = default;
};
struct KillServer {
  bool operator==(const KillServer&) const = default;
};
struct CancelWork {  // restore or recovery: ends soon, with its event
  bool operator==(const CancelWork&) const = default;
};
struct RetryLater {  // -> RetryDue
  int delay_ms = 0;
  bool operator==(const RetryLater&) const = default;
};
struct Note {  // for the agent's log
  std::string text;
  bool operator==(const Note&) const = default;
};
struct Exit {
  int code = 0;
  std::string message;  // not empty when code is not 0
  bool operator==(const Exit&) const = default;
};
using Action = std::variant<RestoreCache, RecoverEngines, StartServer, AskServerToEnd, AwaitAnswer,
                            KillServer, CancelWork, RetryLater, Note, Exit>;

class AgentMachine {
 public:
  AgentMachine(CacheIdentity identity, FailureHistory history);

  std::vector<Action> Handle(const Event& event);

  NodeState state() const { return state_; }
  const std::string& message() const { return message_; }
  const FailureHistory& history() const { return history_; }
  uint64_t restarts() const { return restarts_; }
  Seqno seqno() const { return seqno_; }

 private:
  using Actions = std::vector<Action>;
  void On(const Begin& event, Actions& actions);
  void On(const Restored& event, Actions& actions);
  void On(const Recovered& event, Actions& actions);
  void On(const ServerStarted& event, Actions& actions);
  void On(const ServerEnded& event, Actions& actions);
  void On(const Probed& event, Actions& actions);
  void On(const RetryDue& event, Actions& actions);
  void On(const StopDeadline& event, Actions& actions);
  void On(const StopRequested& event, Actions& actions);

  // `ended_by_itself`: the server did, as seen by us: an unsafe cache counts as a failure.
  void Judge(const CacheFacts& cache, bool ended_by_itself, Actions& actions);
  void AfterEnd(const std::string& why, const ServerEnded& event, Actions& actions);
  void Follow(const CacheVerdict& verdict, Actions& actions);
  void RebuildOrHold(const std::string& reason, Seqno failed_at, Actions& actions);
  void Restore(const std::string& reason, Actions& actions);
  void Retry(const std::string& why, Actions& actions);
  void Hold(const std::string& message, Actions& actions);
  int NextDelayMs();
  void CountEnd(const ServerEnded& event);
  void Kill(const char* why, Actions& actions);
  bool ServerRuns() const;
  bool WorkRuns() const;

  const CacheIdentity identity_;
  NodeState state_ = NodeState::kStarting;
  std::string message_;
  FailureHistory history_;
  Seqno rebuilding_for_ = Seqno::Undefined();  // enters the history when the restore succeeded
  CacheFacts cache_;                           // as last seen
  Seqno seqno_ = Seqno::Undefined();
  Seqno start_seqno_ = Seqno::Undefined();  // of the running or last server
  bool was_ready_ = false;                  // the running or last server was
  bool answers_ = false;                    // the running server did once
  bool to_be_asked_ = false;                // to end, when it answers
  bool ever_ran_ = false;                   // a server was started or adopted by this agent
  bool server_stops_ = false;               // what is stopped is a server
  bool kill_sent_ = false;
  uint64_t restarts_ = 0;
  int quick_ends_ = 0;  // in a row
  int early_ends_ = 0;  // in a row, at early_seqno_, before being ready
  Seqno early_seqno_ = Seqno::Undefined();
};

}  // namespace borealis::node
