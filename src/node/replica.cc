#include "node/replica.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "node/account.h"
#include "node/agent_work.h"
#include "node/server_client.h"
#include "node/server_process.h"
#include "node/volume.h"
#include "snapshot/checkpoint_store.h"

namespace borealis::node {
namespace {

constexpr int kLookMs = 50;
constexpr int kAskMs = 1000;
constexpr int kEndTimeoutMs = 300'000;
constexpr int64_t kStallNs = 600'000'000'000;  // without a record applied: given up
constexpr int kAttempts = 2;                   // the second with a directory made anew

// The server that runs, killed unless it ended before.
class Running {
 public:
  explicit Running(Child child) : child_(std::move(child)) {}
  ~Running() {
    if (ended_) return;
    (void)SendSignal(child_.pidfd, SIGKILL);
    (void)WaitForEnd(child_.pidfd, -1);
    (void)Reap(child_.id);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  bool Ended(int wait_ms) { return WaitForEnd(child_.pidfd, wait_ms); }
  ProcessEnd End() {
    ended_ = true;
    return Reap(child_.id);
  }
  Status Ask() { return SendSignal(child_.pidfd, SIGTERM); }

 private:
  const Child child_;
  bool ended_ = false;
};

// Where the directory stands; undefined: it has to be made anew, and why.
Result<Seqno> Judge(const ServerConfig& config, Seqno until, std::string& why,
                    const std::atomic<bool>& cancel) {
  const CacheIdentity identity{config.volume_uuid, config.name, config.layout.data()};
  const CacheFacts facts = LookAtCache(config.layout.data());
  CacheVerdict verdict = JudgeCache(facts, identity);
  if (verdict.kind == CacheVerdict::Kind::kRecover) {
    const Recovered recovered = RecoverPosition(config, &cancel);
    if (recovered.status.code() == Code::kAborted) return recovered.status;
    if (recovered.status.ok()) {
      verdict = JudgePosition(*facts.state, recovered.position, recovered.log, identity);
    } else if (recovered.engines_failed) {
      verdict = {CacheVerdict::Kind::kRestore, Seqno::Undefined(), recovered.status.message(),
                 Seqno::Undefined()};
    } else {
      return recovered.status;
    }
  }
  if (verdict.kind == CacheVerdict::Kind::kStart && verdict.seqno <= until) return verdict.seqno;
  // It is nobody's only copy: whatever it is, a snapshot takes its place.
  why = verdict.kind == CacheVerdict::Kind::kStart
            ? fmt::format("it is at seqno {} already", verdict.seqno)
            : verdict.reason;
  return Seqno::Undefined();
}

// Nullopt: the server does not answer.
std::optional<ServerHealth> Ask(const ServerConfig& config, const std::string& user) {
  auto client = ServerClient::Connect(config.layout.socket(), user, 2);
  if (!client.ok()) return std::nullopt;
  auto health = client->Health();
  if (!health.ok()) return std::nullopt;
  return std::move(health).value();
}

Status Describe(const ServerConfig& config, uint64_t log_from, const ProcessEnd& end) {
  const std::string error = LastErrorLine(ReadLogSince(config.layout.server_log(), log_from));
  return {Code::kUnavailable, fmt::format("the replica's server ended ({}){}{}", end.ToString(),
                                          error.empty() ? "" : ": ", error)};
}

// One attempt. kUnavailable, kIo: perhaps the next does better, with a directory made anew.
Result<snapshot::Checkpoint> Attempt(const ServerConfig& config, Seqno until, bool anew,
                                     const Clock& clock, const Progress& progress,
                                     const std::atomic<bool>& cancel) {
  std::string why = "the last attempt failed";
  Seqno start = Seqno::Undefined();
  if (!anew) {
    ASSIGN_OR_RETURN(start, Judge(config, until, why, cancel));
  }
  if (!start.IsDefined()) {
    progress(fmt::format("restoring the newest snapshot ({})", why));
    const Restored restored = RestoreNewest(config, &cancel, until);
    RETURN_IF_ERROR(restored.status);
    start = restored.seqno;
  }
  ASSIGN_OR_RETURN(const auto volume, LookAtVolume(config.volume));
  ASSIGN_OR_RETURN(const auto keys, OpenVolumeKeys(*volume));
  snapshot::CheckpointStore store(config.layout.data(), config.volume_uuid, keys.get());
  if (start != until || !store.Get(until).ok()) {
    RETURN_IF_ERROR(store.Remove(until));  // the server writes it when it stands
    progress(fmt::format("applying the log from seqno {} to {}", start, until));
    RETURN_IF_ERROR(RunReplica(config, store, start, until, clock, progress, cancel));
  }
  // It ended cleanly and says so itself.
  ASSIGN_OR_RETURN(const Seqno stands, Judge(config, until, why, cancel));
  if (stands != until) {
    return Status(Code::kInternal,
                  fmt::format("the replica's engines are at seqno {} and not at {}{}{}", stands,
                              until, why.empty() ? "" : ": ", why));
  }
  return store.Get(until);
}

}  // namespace

Status EndLeftoverReplica(const NodeLayout& layout) {
  ASSIGN_OR_RETURN(const std::vector<pid_t> processes, ListProcesses());
  for (const pid_t pid : processes) {
    // Who starts or ends holds no lock, and writes all the same.
    const auto left = FindProcess(pid);
    if (!left || !WorksOn(layout, pid)) continue;
    const auto pidfd = OpenPidfd(*left);
    if (!pidfd.ok()) continue;  // ended meanwhile
    (void)SendSignal(*pidfd, SIGKILL);
    if (!WaitForEnd(*pidfd, kEndTimeoutMs)) {
      return {Code::kTimeout, fmt::format("process {} does not end", pid)};
    }
  }
  return Status::Ok();
}

Status RunReplica(const ServerConfig& config, const snapshot::CheckpointStore& store, Seqno start,
                  Seqno until, const Clock& clock, const Progress& progress,
                  const std::atomic<bool>& cancel) {
  const NodeLayout& layout = config.layout;
  RETURN_IF_ERROR(snapshot::RemoveTree(layout.tmp()));
  RETURN_IF_ERROR(snapshot::MakeDirectory(layout.tmp()));
  unlink(layout.server_log().c_str());
  ASSIGN_OR_RETURN(const Account self, OwnAccount());
  ASSIGN_OR_RETURN(Child child,
                   Spawn({ReplicaCommand(config, start, until, getpid()), layout.server_log()}));
  Running server(std::move(child));
  Seqno applied = start;
  int64_t moved_ns = clock.MonotonicNs();
  for (int looks = 1; !store.Get(until).ok(); ++looks) {
    if (cancel.load()) return {Code::kAborted, "cancelled"};
    if (server.Ended(kLookMs)) return Describe(config, 0, server.End());
    if (looks % (kAskMs / kLookMs) != 0) continue;
    if (const auto health = Ask(config, self.name); health && health->seqno > applied) {
      applied = health->seqno;
      moved_ns = clock.MonotonicNs();
      progress(fmt::format("applied {} of {} records", applied.value - start.value,
                           until.value - start.value));
    }
    if (clock.MonotonicNs() - moved_ns > kStallNs) {
      return {Code::kTimeout, fmt::format("the replica stays at seqno {}: a statement's outcome is "
                                          "not decided, or a member is far behind; see {}",
                                          applied, layout.server_log())};
    }
  }
  // Asked before it accepts connections, MariaDB 10.11 waits for ever in init_slave().
  while (!Ask(config, self.name)) {
    if (cancel.load()) return {Code::kAborted, "cancelled"};
    if (server.Ended(kLookMs)) return Describe(config, 0, server.End());
    if (clock.MonotonicNs() - moved_ns > kStallNs) {
      return {Code::kTimeout,
              fmt::format("the replica's server does not answer; see {}", layout.server_log())};
    }
  }
  progress("ending the replica's server");
  RETURN_IF_ERROR(server.Ask());
  if (!server.Ended(kEndTimeoutMs)) return {Code::kTimeout, "the replica's server does not end"};
  const ProcessEnd end = server.End();
  return end == ProcessEnd{true, 0, 0} ? Status::Ok() : Describe(config, 0, end);
}

Result<ServerConfig> ReplicaConfig(const ServerConfig& nodes, const NodeLayout& layout) {
  ServerConfig config = nodes;
  config.name = kReplicaName;
  config.slot = Slot{1};  // it generates nothing
  config.address = "127.0.0.1";
  config.layout = layout;
  if (config.layout.socket().size() + 1 > kSocketPathBytesMax) {
    return Status(Code::kInvalidArgument,
                  fmt::format("the socket path {} is too long: give a shorter directory",
                              config.layout.socket()));
  }
  return config;
}

Result<snapshot::Checkpoint> CatchUp(const ServerConfig& config, Seqno until, const Clock& clock,
                                     const Progress& progress, const std::atomic<bool>& cancel) {
  RETURN_IF_ERROR(EndLeftoverReplica(config.layout));
  for (int attempt = 1;; ++attempt) {
    auto caught_up = Attempt(config, until, attempt > 1, clock, progress, cancel);
    const Code code = caught_up.status().code();
    const bool another = code == Code::kUnavailable || code == Code::kInternal || code == Code::kIo;
    if (caught_up.ok() || !another || attempt == kAttempts) return caught_up;
    progress(caught_up.status().message());
  }
}

}  // namespace borealis::node
