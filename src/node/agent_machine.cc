#include "node/agent_machine.h"

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "node/server_command.h"

namespace borealis::node {
namespace {

std::string Because(const std::string& text, const std::string& detail) {
  return detail.empty() ? text : text + ": " + detail;
}

constexpr std::string_view kPoisonProcedure =
    "`borealis volume log DIR --from SEQNO --limit 1` shows the record, `borealis volume skip "
    "--help` "
    "how to go on without it (docs/operations.md)";

constexpr std::string_view kProcedure =
    "see the node's mysqld.err; `borealis node stop` it and start it again to retry, with "
    "--rebuild "
    "to start from a snapshot";

}  // namespace

AgentMachine::AgentMachine(CacheIdentity identity, FailureHistory history)
    : identity_(std::move(identity)), history_(history) {}

std::vector<Action> AgentMachine::Handle(const Event& event) {
  Actions actions;
  std::visit([&](const auto& e) { On(e, actions); }, event);
  return actions;
}

bool AgentMachine::ServerRuns() const {
  return state_ == NodeState::kReplaying || state_ == NodeState::kReady ||
         state_ == NodeState::kUnready;
}

bool AgentMachine::WorkRuns() const {
  return state_ == NodeState::kRestoring || state_ == NodeState::kRecovering;
}

void AgentMachine::On(const Begin& event, Actions& actions) {
  CHECK(state_ == NodeState::kStarting);
  cache_ = event.cache;
  if (event.server_runs) {
    state_ = NodeState::kReplaying;
    ever_ran_ = true;
    actions.push_back(Note{"took over the running server"});
    return;
  }
  if (event.rebuild || event.skipped_since) history_ = {};
  if (event.rebuild) {
    Restore("a rebuild was asked for", actions);
    return;
  }
  Judge(event.cache, /*ended_by_itself=*/false, actions);
}

void AgentMachine::Judge(const CacheFacts& cache, bool ended_by_itself, Actions& actions) {
  cache_ = cache;
  CacheVerdict verdict = JudgeCache(cache, identity_);
  const bool unsafe =
      cache.state.ok() && cache.state->condition == snapshot::CacheCondition::kUnsafe;
  if (unsafe && !ended_by_itself) verdict.failed_at = Seqno::Undefined();
  Follow(verdict, actions);
}

void AgentMachine::Follow(const CacheVerdict& verdict, Actions& actions) {
  switch (verdict.kind) {
    case CacheVerdict::Kind::kRecover:
      state_ = NodeState::kRecovering;
      message_.clear();
      actions.push_back(RecoverEngines{});
      return;
    case CacheVerdict::Kind::kStart:
      state_ = NodeState::kReplaying;
      message_.clear();
      start_seqno_ = verdict.seqno;
      seqno_ = verdict.seqno;
      was_ready_ = false;
      answers_ = false;
      ever_ran_ = true;
      actions.push_back(StartServer{verdict.seqno});
      return;
    case CacheVerdict::Kind::kRestore:
      if (verdict.failed_at.IsDefined()) {
        RebuildOrHold(verdict.reason, verdict.failed_at, actions);
      } else {
        Restore(verdict.reason, actions);
      }
      return;
    case CacheVerdict::Kind::kRefuse:
      if (ever_ran_) {
        Hold(verdict.reason, actions);
      } else {
        message_ = verdict.reason;
        actions.push_back(Exit{1, verdict.reason});
      }
      return;
  }
}

void AgentMachine::RebuildOrHold(const std::string& reason, Seqno failed_at, Actions& actions) {
  if (history_.rebuilt_for == failed_at) {
    const bool known = failed_at > Seqno::Zero();
    Hold(fmt::format("the cache failed again{} after it was rebuilt: {}; {}",
                     known ? fmt::format(" at seqno {}", failed_at) : "", reason,
                     known ? kPoisonProcedure : kProcedure),
         actions);
    return;
  }
  if (history_.rebuilds >= kRebuildsMax) {
    Hold(fmt::format("the cache was rebuilt {} times and the node never became ready: {}; {}",
                     history_.rebuilds, reason, kProcedure),
         actions);
    return;
  }
  Restore(reason, actions);
  rebuilding_for_ = failed_at;
}

void AgentMachine::Restore(const std::string& reason, Actions& actions) {
  state_ = NodeState::kRestoring;
  rebuilding_for_ = Seqno::Undefined();
  message_ = "restoring a snapshot: " + reason;
  actions.push_back(Note{message_});
  actions.push_back(RestoreCache{});
}

void AgentMachine::Retry(const std::string& why, Actions& actions) {
  const int delay_ms = NextDelayMs();
  state_ = NodeState::kWaiting;
  message_ = why;
  actions.push_back(Note{fmt::format("{}; trying again in {} ms", why, delay_ms)});
  actions.push_back(RetryLater{delay_ms});
}

int AgentMachine::NextDelayMs() {
  const int last = static_cast<int>(std::size(kRetryDelayMs)) - 1;
  const int delay_ms = kRetryDelayMs[std::min(quick_ends_, last)];
  quick_ends_ = std::min(quick_ends_ + 1, last);
  return delay_ms;
}

void AgentMachine::Hold(const std::string& message, Actions& actions) {
  state_ = NodeState::kHeld;
  message_ = message;
  actions.push_back(Note{"held: " + message});
}

void AgentMachine::On(const Restored& event, Actions& actions) {
  if (state_ == NodeState::kStopping) {
    actions.push_back(Exit{0, ""});
    return;
  }
  CHECK(state_ == NodeState::kRestoring);
  if (event.status.ok()) {
    if (rebuilding_for_.IsDefined()) {
      history_.rebuilt_for = rebuilding_for_;
      ++history_.rebuilds;
      early_ends_ = 0;
    }
    actions.push_back(Note{fmt::format("restored snapshot {}", event.seqno)});
    // Fresh from a snapshot its position is known: no need to ask the engines.
    Follow({CacheVerdict::Kind::kStart, event.seqno, "", Seqno::Undefined()}, actions);
    return;
  }
  const Code code = event.status.code();
  const std::string text = "restoring failed: " + event.status.message();
  if (code == Code::kCorruption || code == Code::kUnsupported || code == Code::kNotFound) {
    Hold(text, actions);
  } else {
    Retry(text, actions);
  }
}

void AgentMachine::On(const Recovered& event, Actions& actions) {
  if (state_ == NodeState::kStopping) {
    actions.push_back(Exit{0, ""});
    return;
  }
  CHECK(state_ == NodeState::kRecovering && cache_.state.ok());
  if (event.status.ok()) {
    Follow(JudgePosition(*cache_.state, event.position, event.log, identity_), actions);
    return;
  }
  const std::string text = "recovery failed: " + event.status.message();
  if (event.engines_failed && ++early_ends_ >= kEarlyEndsMax) {
    RebuildOrHold(text, Seqno::Zero(), actions);
  } else if (event.status.code() == Code::kCorruption && !event.engines_failed) {
    Hold(text, actions);  // of the volume: never repaired by guessing
  } else {
    Retry(text, actions);
  }
}

void AgentMachine::On(const ServerStarted& event, Actions& actions) {
  if (event.status.ok()) return;
  CHECK(state_ == NodeState::kReplaying || state_ == NodeState::kStopping);
  if (state_ == NodeState::kStopping) {
    actions.push_back(Exit{0, ""});
    return;
  }
  Retry("the server can't be started: " + event.status.message(), actions);
}

void AgentMachine::CountEnd(const ServerEnded& event) {
  ++restarts_;
  if (event.ran_ms >= (was_ready_ ? kQuickEndOfReadyMs : kQuickEndMs)) quick_ends_ = 0;
  // Killed from outside says nothing about the cache.
  const bool killed = event.end.known && event.end.signal == SIGKILL;
  if (was_ready_) {
    early_ends_ = 0;
  } else if (!killed) {
    const bool same = early_seqno_ == start_seqno_;
    early_ends_ = same || history_.rebuilds > 0 ? early_ends_ + 1 : 1;
    early_seqno_ = start_seqno_;
  }
}

void AgentMachine::On(const ServerEnded& event, Actions& actions) {
  if (state_ == NodeState::kStopping) {
    const bool clean = !kill_sent_ && (!event.end.known || event.end == ProcessEnd{true, 0, 0});
    state_ = NodeState::kStopped;
    message_ = clean ? "" : "the server did not end cleanly (" + event.end.ToString() + ")";
    if (!clean) actions.push_back(Note{message_});
    actions.push_back(Exit{0, ""});
    return;
  }
  CHECK(ServerRuns());
  CountEnd(event);
  const std::string why =
      Because(fmt::format("the server ended ({})", event.end.ToString()), event.last_error);
  actions.push_back(Note{why});
  cache_ = event.cache;
  AfterEnd(why, event, actions);
}

void AgentMachine::AfterEnd(const std::string& why, const ServerEnded& event, Actions& actions) {
  const bool ended_by_itself = !(event.end.known && event.end.signal == SIGKILL);
  if (JudgeCache(cache_, identity_).kind != CacheVerdict::Kind::kRecover) {
    Judge(cache_, ended_by_itself, actions);
    return;
  }
  const bool rebuilt = history_.rebuilds > 0;
  // A server whose provider refuses dies by a signal too; a rebuilt cache would change nothing.
  const bool crashed =
      (!event.end.known || event.end.signal != 0) && !BlamesProvider(event.last_error);
  if (early_ends_ >= (rebuilt ? kEarlyEndsAfterRebuildMax : kEarlyEndsMax)) {
    if (rebuilt) {
      Hold(
          fmt::format("{}; it never became ready since its cache was rebuilt; {}", why, kProcedure),
          actions);
    } else if (crashed || BlamesEngines(event.last_error)) {
      RebuildOrHold(why, std::max(start_seqno_, Seqno::Zero()), actions);
    } else {
      Hold(fmt::format("{}; {}", why, kProcedure), actions);
    }
    return;
  }
  const int delay_ms = NextDelayMs();
  if (delay_ms == 0) {
    Judge(cache_, ended_by_itself, actions);
    return;
  }
  state_ = NodeState::kWaiting;
  message_ = why;
  actions.push_back(Note{fmt::format("trying again in {} ms", delay_ms)});
  actions.push_back(RetryLater{delay_ms});
}

void AgentMachine::On(const Probed& event, Actions& actions) {
  answers_ = answers_ || event.answers || event.ready;
  if (to_be_asked_ && answers_) {
    to_be_asked_ = false;
    actions.push_back(AskServerToEnd{});
  }
  if (!ServerRuns()) return;  // a probe of a server that ended meanwhile
  if (event.seqno.IsDefined()) seqno_ = event.seqno;
  if (event.ready && state_ != NodeState::kReady) {
    state_ = NodeState::kReady;
    message_.clear();
    was_ready_ = true;
    early_ends_ = 0;
    history_ = {};
    actions.push_back(Note{fmt::format("ready at seqno {}", seqno_)});
  } else if (!event.ready && state_ == NodeState::kReady) {
    state_ = NodeState::kUnready;
    message_ = event.behind ? "the server is too far behind the log and catches up before it serves"
                            : "the server does not answer or does not accept writes";
    actions.push_back(Note{message_});
  }
}

void AgentMachine::On(const RetryDue& event, Actions& actions) {
  if (state_ != NodeState::kWaiting) return;
  Judge(event.cache, /*ended_by_itself=*/false, actions);
}

void AgentMachine::On(const StopDeadline&, Actions& actions) {
  if (state_ == NodeState::kStopping) Kill("the server does not end: killing it", actions);
}

void AgentMachine::Kill(const char* why, Actions& actions) {
  if (!server_stops_ || kill_sent_) return;
  kill_sent_ = true;
  actions.push_back(Note{why});
  actions.push_back(KillServer{});
}

void AgentMachine::On(const StopRequested& event, Actions& actions) {
  constexpr char kAsAsked[] = "killing the server, as asked";
  if (state_ == NodeState::kStopping) {
    if (event.kill) Kill(kAsAsked, actions);
    return;
  }
  server_stops_ = ServerRuns();
  const bool work = WorkRuns();
  state_ = NodeState::kStopping;
  message_.clear();
  if (server_stops_ && event.kill) {
    Kill(kAsAsked, actions);
  } else if (server_stops_ && answers_) {
    actions.push_back(AskServerToEnd{});
  } else if (server_stops_) {
    to_be_asked_ = true;
    actions.push_back(AwaitAnswer{});
  } else if (work) {
    actions.push_back(CancelWork{});
  } else {
    state_ = NodeState::kStopped;
    actions.push_back(Exit{0, ""});
  }
}

}  // namespace borealis::node
