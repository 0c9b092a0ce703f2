#include "node/agent.h"

#include <fmt/core.h>
#include <mysql.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

#include "base/log.h"
#include "node/account.h"
#include "node/agent_machine.h"
#include "node/agent_setup.h"
#include "node/agent_work.h"
#include "node/event_queue.h"
#include "node/prober.h"
#include "node/publisher.h"
#include "node/server_process.h"
#include "node/upkeep.h"

namespace borealis::node {
namespace {

UniqueFd BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&set, signal);
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  CHECK(fd.valid());
  return fd;
}

class Agent {
 public:
  Agent(AgentConfig config, AgentSetup setup, UniqueFd signals, const Clock& clock);
  Status Run();

 private:
  void Feed(const Event& event);
  void Perform(const Action& action);
  void Do(const RestoreCache&);
  void Do(const RecoverEngines&);
  void Do(const StartServer& action);
  void Do(const AskServerToEnd&);
  void Do(const AwaitAnswer&);
  void Do(const KillServer&) { SignalServer(SIGKILL); }
  void Do(const CancelWork&) { worker_.Cancel(); }
  void Do(const RetryLater& action) { retry_at_ns_ = NowNs() + action.delay_ms * 1'000'000LL; }
  void Do(const Note& action) { LogInfo("{}", action.text); }
  void Do(const Exit& action);

  void OnHealth(const std::optional<ServerHealth>& health);  // on the prober's thread
  void WaitAndFeed();
  void OnServerEnd();
  void OnSignals();
  void OnQueue();
  void OnTimers();
  int PollTimeoutMs() const;

  void Watch(Child child);
  void TakeOn(UpkeepDuty duty);
  void SignalServer(int signal);
  void ArmStopDeadline() { stop_at_ns_ = NowNs() + config_.stop_timeout_ms * 1'000'000LL; }
  void Publish();
  void NoteReady();
  std::string LogSinceStart() const;
  int64_t NowNs() const { return clock_.MonotonicNs(); }

  const AgentConfig config_;
  const Clock& clock_;
  const AgentSetup setup_;
  const UniqueFd signals_;
  EventQueue queue_;
  AgentMachine machine_;
  NodeStatus status_;
  std::optional<Status> exit_;

  Child server_;  // pid 0: none
  std::atomic<uint64_t> generation_{0};
  int64_t server_started_ns_ = 0;
  int64_t down_since_ns_ = 0;     // last crash, or the agent's start
  uint64_t log_start_bytes_ = 0;  // of the server's log when this server started
  int64_t retry_at_ns_ = 0;       // 0: not armed
  int64_t stop_at_ns_ = 0;

  Publisher publisher_;
  Prober prober_;
  Worker worker_;
  std::vector<std::unique_ptr<UpkeepWatch>> duties_;  // for the volume
};

Agent::Agent(AgentConfig config, AgentSetup setup, UniqueFd signals, const Clock& clock)
    : config_({config.server, config.software, config.rebuild, config.stop_timeout_ms,
               config.upkeep, config.upkeep_command, config.export_command, nullptr}),
      clock_(clock),
      setup_(std::move(setup)),
      signals_(std::move(signals)),
      machine_({config_.server.volume_uuid, config_.server.name, config_.server.layout.data()},
               setup_.previous.failures),
      publisher_(config_.server.volume, config_.server.layout.state(), clock),
      prober_(std::move(config.health), [this](const auto& health) { OnHealth(health); }) {
  const ServerConfig& server = config_.server;
  status_.name = server.name;
  status_.software = config_.software;
  status_.volume = server.volume;
  status_.volume_uuid = server.volume_uuid.ToString();
  status_.address = server.address;
  status_.port = server.port;
  status_.socket = server.layout.socket();
  status_.directory = server.layout.root;
  status_.slot = server.slot.value;
  status_.agent = FindProcess(getpid()).value_or(ProcessId{getpid(), 0});
  status_.started_us = clock_.WallUs();
  status_.last_crash_us = setup_.previous.last_crash_us;
  down_since_ns_ = NowNs();
  if (!config_.upkeep_command.empty()) {
    TakeOn({.name = "upkeep",
            .due = [](const UpkeepPlan& plan) { return plan.Anything(); },
            .command = config_.upkeep_command,
            .takes_policy = true,
            .output = server.layout.upkeep_log(),
            .warns = true});
  }
  if (!config_.export_command.empty()) {
    TakeOn({.name = "export",
            .due = [](const UpkeepPlan& plan) { return plan.export_due; },
            .command = config_.export_command,
            .output = server.layout.export_log(),
            .warns = false});
  }
}

void Agent::TakeOn(UpkeepDuty duty) {
  duties_.push_back(std::make_unique<UpkeepWatch>(config_.server.volume, config_.upkeep,
                                                  std::move(duty), clock_));
}

void Agent::OnHealth(const std::optional<ServerHealth>& health) {
  EventQueue::Item item;
  Probed probed;
  if (health) {
    publisher_.AllowAttach();
    probed = {health->ready, health->seqno, health->behind, true};
    item.health = health;
  }
  item.event = probed;
  item.server = generation_;
  queue_.Push(std::move(item));
}

Status Agent::Run() {
  Begin begin;
  begin.cache = LookAtCache(config_.server.layout.data());
  begin.rebuild = config_.rebuild;
  begin.skipped_since = begin.cache.state.ok() && begin.cache.state->skips < setup_.skips;
  if (setup_.running_server) {
    if (auto pidfd = OpenPidfd(*setup_.running_server); pidfd.ok()) {
      begin.server_runs = true;
      log_start_bytes_ = FileBytes(config_.server.layout.server_log());
      Watch({*setup_.running_server, std::move(pidfd).value()});
    }
  }
  Feed(begin);
  while (!exit_) WaitAndFeed();
  prober_.Stop();
  return *exit_;
}

void Agent::Feed(const Event& event) {
  for (const Action& action : machine_.Handle(event)) Perform(action);
  NoteReady();
  Publish();
}

void Agent::Perform(const Action& action) {
  std::visit([this](const auto& a) { Do(a); }, action);
}

void Agent::Do(const RestoreCache&) {
  worker_.Start(
      [this](const std::atomic<bool>* cancel) -> Event {
        return RestoreNewest(config_.server, cancel);
      },
      [this](Event event) {
        queue_.Push({std::move(event), 0, {}});
      });
}

void Agent::Do(const RecoverEngines&) {
  worker_.Start(
      [this](const std::atomic<bool>* cancel) -> Event {
        Recovered recovered = RecoverPosition(config_.server, cancel);
        if (recovered.status.ok()) {
          recovered.status = PrepareBinaryLog(config_.server, recovered.gtid);
        }
        return recovered;
      },
      [this](Event event) {
        queue_.Push({std::move(event), 0, {}});
      });
}

void Agent::Do(const StartServer& action) {
  log_start_bytes_ = FileBytes(config_.server.layout.server_log());
  auto child = StartServerProcess(config_.server, action.seqno);
  const Status status = child.status();
  if (status.ok()) {
    LogInfo("server started from seqno {}, process {}", action.seqno, child->id.pid);
    Watch(std::move(child).value());
  }
  Feed(ServerStarted{status});
}

void Agent::Watch(Child child) {
  server_ = std::move(child);
  server_started_ns_ = NowNs();
  ++generation_;
  prober_.Start();
}

void Agent::Do(const AskServerToEnd&) {
  LogInfo("asking the server to end");
  SignalServer(SIGTERM);
  ArmStopDeadline();
}

void Agent::Do(const AwaitAnswer&) {
  LogInfo("the server is starting: it is asked to end when it answers");
  ArmStopDeadline();
}

void Agent::Do(const Exit& action) {
  exit_ = action.code == 0 ? Status::Ok() : Status(Code::kUnavailable, action.message);
}

void Agent::SignalServer(int signal) {
  const Status sent = SendSignal(server_.pidfd, signal);
  if (!sent.ok()) LogInfo("signal {}: {}", signal, sent.message());
}

int Agent::PollTimeoutMs() const {
  int64_t next_ns = INT64_MAX;
  for (const int64_t at_ns : {retry_at_ns_, stop_at_ns_}) {
    if (at_ns != 0) next_ns = std::min(next_ns, at_ns);
  }
  if (next_ns == INT64_MAX) return -1;
  return static_cast<int>(std::max<int64_t>(0, (next_ns - NowNs() + 999'999) / 1'000'000));
}

void Agent::WaitAndFeed() {
  pollfd fds[3] = {{signals_.get(), POLLIN, 0}, {queue_.fd(), POLLIN, 0}, {-1, POLLIN, 0}};
  if (server_.pidfd.valid()) fds[2].fd = server_.pidfd.get();
  const int n = poll(fds, 3, PollTimeoutMs());
  CHECK(n >= 0 || errno == EINTR);
  if (n > 0 && fds[2].revents != 0) OnServerEnd();
  if (n > 0 && fds[0].revents != 0 && !exit_) OnSignals();
  if (n > 0 && fds[1].revents != 0 && !exit_) OnQueue();
  if (!exit_) OnTimers();
}

std::string Agent::LogSinceStart() const {
  return ReadLogSince(config_.server.layout.server_log(), log_start_bytes_);
}

void Agent::OnServerEnd() {
  const int64_t now_ns = NowNs();
  ServerEnded event;
  event.end = Reap(server_.id);
  event.ran_ms = (now_ns - server_started_ns_) / 1'000'000;
  server_ = {};
  prober_.Stop();
  event.cache = LookAtCache(config_.server.layout.data());
  if (event.end != ProcessEnd{true, 0, SIGKILL}) event.last_error = LastErrorLine(LogSinceStart());
  status_.last_crash_us =
      machine_.state() == NodeState::kStopping ? status_.last_crash_us : clock_.WallUs();
  down_since_ns_ = now_ns;
  status_.ready_after_ms = -1;
  status_.figures.clear();
  Feed(event);
}

void Agent::OnSignals() {
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo == SIGHUP) continue;  // the terminal went away: a server is worth more
    LogInfo("stopping: signal {} from process {}", info.ssi_signo, info.ssi_pid);
    Feed(StopRequested{.kill = info.ssi_signo == SIGQUIT});
    if (exit_) return;
  }
}

void Agent::OnQueue() {
  for (EventQueue::Item& item : queue_.Take()) {
    if (exit_) return;
    if (std::holds_alternative<Probed>(item.event)) {
      if (item.server != generation_ || !server_.pidfd.valid()) continue;
      if (item.health) {
        if (!item.health->members.empty()) status_.members = std::move(item.health->members);
        if (!item.health->version.empty()) status_.server_version = item.health->version;
        status_.figures = std::move(item.health->figures);
        if (item.health->settings) status_.settings = std::move(item.health->settings);
      }
    }
    Feed(item.event);
  }
}

void Agent::OnTimers() {
  if (retry_at_ns_ != 0 && NowNs() >= retry_at_ns_) {
    retry_at_ns_ = 0;
    Feed(RetryDue{LookAtCache(config_.server.layout.data())});
  }
  if (stop_at_ns_ != 0 && NowNs() >= stop_at_ns_) {
    stop_at_ns_ = 0;
    Feed(StopDeadline{});
  }
}

void Agent::NoteReady() {
  if (machine_.state() != NodeState::kReady || status_.ready_after_ms >= 0) return;
  status_.ready_after_ms = (NowNs() - down_since_ns_) / 1'000'000;
}

void Agent::Publish() {
  status_.state = machine_.state();
  status_.message = machine_.message();
  status_.server = server_.id;
  status_.restarts = machine_.restarts();
  status_.seqno = machine_.seqno();
  status_.failures = machine_.history();
  publisher_.Set(status_);
  for (const auto& duty : duties_) duty->Allow(machine_.state() == NodeState::kReady);
}

}  // namespace

Status RunAgent(AgentConfig config, const Clock& clock) {
  UniqueFd signals = BlockSignals();
  ASSIGN_OR_RETURN(AgentSetup setup, PrepareAgent(config, clock));
  CHECK(mysql_library_init(0, nullptr, nullptr) == 0);
  if (!config.health) {
    ASSIGN_OR_RETURN(const Account self, OwnAccount());
    const NodeLayout& layout = config.server.layout;
    config.health = AskOverSocket(layout.socket(), self.name, layout.server_log());
  }
  Status status;
  {
    Agent agent(std::move(config), std::move(setup), std::move(signals), clock);
    status = agent.Run();
  }
  mysql_library_end();
  return status;
}

}  // namespace borealis::node
