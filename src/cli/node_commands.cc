// borealis node run | stop | restart | crash | remove
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cli/common.h"
#include "cli/server_arguments.h"
#include "node/account.h"
#include "node/agent.h"
#include "node/agent_setup.h"
#include "node/drain.h"
#include "node/node_control.h"
#include "node/option_rules.h"
#include "node/slots.h"
#include "node/volume.h"

namespace borealis::cli {
namespace {

struct RunArguments {
  Places places;
  std::string name;
  std::string address = "127.0.0.11";
  uint16_t port = node::kDefaultPort;
  ServerArguments server;
  std::string upkeep;
  std::string upkeep_file;
  int stop_timeout_s = 60;
  bool rebuild = false;
};

// Lines of an agent: "2026-11-23T22:29:03.123Z node1: text".
void LogWithTime(const std::string& name) {
  SetLogSink([name](LogLevel level, const std::string& text) {
    const int64_t now_us = SystemClock().WallUs();
    std::string time = FormatTime(now_us);
    time.pop_back();
    const char* mark = level == LogLevel::kError     ? "error: "
                       : level == LogLevel::kWarning ? "warning: "
                                                     : "";
    fmt::print(stderr, "{}.{:03}Z {}: {}{}\n", time, now_us / 1000 % 1000, name, mark, text);
  });
}

Status Run(RunArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  node::AgentConfig config;
  node::ServerConfig& server = config.server;
  ASSIGN_OR_RETURN(const node::NodeLayout layout,
                   node::MakeNodeLayout(args.places.data, args.name));
  RETURN_IF_ERROR(PrepareServer(args.places, args.server, layout, args.name, {}, server));
  server.name = args.name;
  server.address = args.address;
  server.port = args.port;
  ASSIGN_OR_RETURN(config.upkeep.policy, node::UpkeepPolicy::Parse(args.upkeep));
  if (!args.upkeep_file.empty()) config.upkeep.file = node::AbsolutePath(args.upkeep_file);
  config.upkeep_command = {OwnProgram(), "volume", "tend", "--volume=" + args.places.volume,
                           "--data=" + args.places.data};
  const std::vector<std::string> words = ServerWords(server);
  config.upkeep_command.insert(config.upkeep_command.end(), words.begin(), words.end());
  if (!config.upkeep.policy.export_directory.empty()) {
    config.export_command = {OwnProgram(),
                             "volume",
                             "export",
                             args.places.volume,
                             config.upkeep.policy.export_directory,
                             fmt::format("--keep={}", config.upkeep.policy.export_keep),
                             fmt::format("--every={}", config.upkeep.policy.export_minutes)};
  }
  config.rebuild = args.rebuild;
  config.software = BOREALIS_VERSION;
  config.stop_timeout_ms = args.stop_timeout_s * 1000;
  LogWithTime(args.name);
  return node::RunAgent(std::move(config), SystemClock());
}

constexpr unsigned kSqlTimeoutS = 10;

struct StopArguments {
  Places places;
  std::string name;
  int timeout_s = 90;
  int drain_s = 10;
  bool kill = false;
};

// What hinders it is said, and the node is stopped all the same.
Status DrainNode(const node::NodeStatus& status, int drain_s) {
  // Whose connections are no clients': the agent asks as this account, too.
  RETURN_IF_ERROR(ActAsOwnerOf(status.volume));
  ASSIGN_OR_RETURN(const node::Account self, node::OwnAccount());
  ASSIGN_OR_RETURN(const node::UniqueFd process, node::OpenPidfd(status.server));
  ASSIGN_OR_RETURN(node::ServerClient client,
                   node::ServerClient::Connect(node::NodeLayout{status.directory}.socket(),
                                               self.name, kSqlTimeoutS));
  ASSIGN_OR_RETURN(const node::DrainResult result,
                   node::Drain(client, self.name, process, drain_s * 1000, SystemClock()));
  if (result.left == 0) {
    fmt::print("{}: all clients left within {:.1f} s\n", status.name,
               static_cast<double>(result.took_ms) / 1000);
  } else {
    fmt::print("{}: {} clients did not leave within {} s\n", status.name, result.left, drain_s);
  }
  return Status::Ok();
}

// The node that is meant, and that its clients have left. Null: it does not run here.
Result<std::optional<node::NodeStatus>> Leave(StopArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(node::MakeNodeLayout(args.places.data, args.name).status());
  for (const node::NodeStatus& status : node::ListLocalNodes(args.places.data)) {
    if (status.name != args.name) continue;
    if (args.drain_s > 0 && !args.kill && status.state == node::NodeState::kReady &&
        node::IsAlive(status.server)) {
      const Status drained = DrainNode(status, args.drain_s);
      if (!drained.ok()) {
        fmt::print(stderr, "borealis: {}: not drained: {}\n", args.name, drained.message());
      }
    }
    return std::optional(status);
  }
  return std::optional<node::NodeStatus>();
}

int NotRunning(const StopArguments& args) {
  fmt::print(stderr, "borealis: no node {} runs in {}\n", args.name, args.places.data);
  return kNotRunning;
}

int Stop(StopArguments& args) {
  const auto node = Leave(args);
  if (!node.ok()) return Report(node.status());
  if (!*node) return NotRunning(args);
  const auto manner = args.kill ? node::StopManner::kKill : node::StopManner::kAsk;
  const node::StopResult result = node::StopNodes({**node}, args.timeout_s * 1000, manner).front();
  return result.ran ? Report(result.status.WithContext(args.name)) : NotRunning(args);
}

int Restart(StopArguments& args) {
  const auto node = Leave(args);
  if (!node.ok()) return Report(node.status());
  if (!*node) return NotRunning(args);
  const Status status = node::RestartServer(**node, args.timeout_s * 1000);
  if (status.code() == Code::kNotFound) return NotRunning(args);
  if (status.ok()) fmt::print("{} is back\n", args.name);
  return Report(status.WithContext(args.name));
}

struct SetArguments {
  Places places;
  std::string name;
  std::vector<std::string> settings;
};

// "name=value" as a statement.
Result<std::string> SetStatement(node::ServerClient& client, const std::string& setting) {
  const size_t equals = setting.find('=');
  const std::string name = setting.substr(0, equals);
  const bool good = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (equals == std::string::npos || !good) {
    return Status(Code::kInvalidArgument, setting + ": give name=value");
  }
  const std::string value = setting.substr(equals + 1);
  if (const auto reason = node::ReasonToRefuse(name, {name, value, true, 0})) {
    return Status(Code::kInvalidArgument, fmt::format("{} is refused: {}", name, *reason));
  }
  const bool number = !value.empty() && std::ranges::all_of(value, [](char c) {
    return (c >= '0' && c <= '9') || c == '.';
  });
  return fmt::format("SET GLOBAL {} = {}", name,
                     number || value == "DEFAULT" ? value : client.Quote(value));
}

Status Set(SetArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const node::NodeLayout layout,
                   node::MakeNodeLayout(args.places.data, args.name));
  ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(layout.socket()));
  for (const std::string& setting : args.settings) {
    ASSIGN_OR_RETURN(const std::string sql, SetStatement(client, setting));
    RETURN_IF_ERROR(client.Query(sql).status().WithContext(setting));
  }
  return Status::Ok();
}

struct CrashArguments {
  Places places;
  std::string name;
};

// As if a user had asked for it by SQL: the server dies hard, but not between a durable commit and
// its answer. Its agent starts it again.
int Crash(CrashArguments& args) {
  const Status status = [&]() -> Status {
    RETURN_IF_ERROR(args.places.Resolve());
    RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
    ASSIGN_OR_RETURN(const auto layout, node::MakeNodeLayout(args.places.data, args.name));
    ASSIGN_OR_RETURN(const auto node, node::ReadNodeState(layout));
    ASSIGN_OR_RETURN(auto server, ConnectAsOwner(node.socket));
    const auto answer = server.Query("ALTER SYSTEM CRASH");
    // No answer is what a crash looks like.
    return answer.status().code() == Code::kInternal ? answer.status() : Status::Ok();
  }();
  return Report(status.WithContext(args.name));
}

struct RemoveArguments {
  Places places;
  std::string name;
};

// Refused while the node, or any server that still counts it as a member, could use the slot.
Status CheckRemovable(const std::vector<node::NodeStatus>& nodes, const std::string& name) {
  const node::NodeStatus* removed = nullptr;
  for (const node::NodeStatus& status : nodes) {
    if (status.name == name) removed = &status;
  }
  if (removed == nullptr) return {Code::kNotFound, "the volume knows no node " + name};
  const bool gone =
      removed->state == node::NodeState::kStopped || removed->state == node::NodeState::kLost;
  if (!gone || node::IsAlive(removed->server)) {
    return {Code::kInvalidArgument, fmt::format("{} runs (state {}); stop it first", name,
                                                node::NodeStateName(removed->state))};
  }
  const std::string endpoint = fmt::format("{}:{}", removed->address, removed->port);
  for (const node::NodeStatus& status : nodes) {
    if (status.state != node::NodeState::kReady) continue;
    for (const std::string& member : status.members) {
      if (member == endpoint) {
        return {Code::kUnavailable,
                fmt::format("{} still counts {} as a member; it is expelled some seconds after its "
                            "end: try again",
                            status.name, name)};
      }
    }
  }
  return Status::Ok();
}

Status Remove(RemoveArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto look, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(const auto nodes,
                   node::ListNodes(*look, args.places.volume, args.places.data, SystemClock()));
  RETURN_IF_ERROR(CheckRemovable(nodes, args.name));
  ASSIGN_OR_RETURN(const auto volume, node::AttachVolume(args.places.volume));
  RETURN_IF_ERROR(node::FreeSlot(*volume, args.name));
  (void)volume->DeleteHint(node::HintName(args.name));
  fmt::print("{} removed from the volume; its files in {}/{} may go\n", args.name, args.places.data,
             args.name);
  return Status::Ok();
}

void AddName(CLI::App& app, std::string& name) {
  app.add_option("--name,name", name, "The node's name")->required();
}

void AddStopOptions(CLI::App& app, StopArguments& args) {
  AddVolumeOption(app, args.places, false);
  AddDataOption(app, args.places);
  AddName(app, args.name);
  app.add_option("--drain", args.drain_s,
                 "Seconds that clients get to end their transactions; new connections are refused "
                 "meanwhile. 0: at once")
      ->check(CLI::Range(0, 3600));
  app.add_option("--timeout", args.timeout_s, "Seconds to wait for the server afterwards")
      ->check(CLI::Range(1, 3600));
}

}  // namespace

void AddNodeCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* node = app.add_subcommand("node", "Run and stop single nodes");
  node->require_subcommand(1);

  auto run = std::make_shared<RunArguments>();
  CLI::App* command =
      node->add_subcommand("run", "Run a node's agent in the foreground until SIGTERM or SIGINT");
  AddVolumeOption(*command, run->places, false);
  AddDataOption(*command, run->places);
  AddName(*command, run->name);
  command->add_option("--address", run->address, "IP address the server listens on");
  command->add_option("--port", run->port, "TCP port the server listens on")
      ->check(CLI::Range(1, 65535));
  AddServerOptions(*command, run->server);
  AddUpkeepOption(*command, run->upkeep);
  command
      ->add_option("--upkeep-file", run->upkeep_file,
                   "File with such options, read again at each look, so that they may be changed "
                   "while the node serves")
      ->type_name("FILE");
  command
      ->add_option("--stop-timeout", run->stop_timeout_s,
                   "Seconds the server gets to end before it is killed")
      ->check(CLI::Range(1, 3600));
  command->add_flag("--rebuild", run->rebuild, "Throw the cache away and restore a snapshot");
  command->callback([run, &outcome] { outcome.exit_code = Report(Run(*run)); });

  auto stop = std::make_shared<StopArguments>();
  command = node->add_subcommand("stop", "Stop a node of this machine, server and agent");
  AddStopOptions(*command, *stop);
  command->add_flag(
      "--kill", stop->kill,
      "Kill the server instead of asking it to end: no client is waited for, what was "
      "committed is kept, it comes back as from a crash");
  command->callback([stop, &outcome] { outcome.exit_code = Stop(*stop); });

  auto restart = std::make_shared<StopArguments>();
  command = node->add_subcommand("restart", "Stop a node's server; its agent starts it again");
  AddStopOptions(*command, *restart);
  command->callback([restart, &outcome] { outcome.exit_code = Restart(*restart); });

  auto set = std::make_shared<SetArguments>();
  command = node->add_subcommand(
      "set", "Set global variables of a node's server until it restarts; DEFAULT: as it ships");
  AddVolumeOption(*command, set->places, false);
  AddDataOption(*command, set->places);
  command->add_option("--name", set->name, "The node's name")->required();
  command->add_option("settings", set->settings, "name=value ...")->required();
  command->callback([set, &outcome] { outcome.exit_code = Report(Set(*set)); });

  auto crash = std::make_shared<CrashArguments>();
  command = node->add_subcommand(
      "crash", "Crash a node's server, as ALTER SYSTEM CRASH does; its agent starts it again");
  AddVolumeOption(*command, crash->places, false);
  AddDataOption(*command, crash->places);
  AddName(*command, crash->name);
  command->callback([crash, &outcome] { outcome.exit_code = Crash(*crash); });

  auto remove = std::make_shared<RemoveArguments>();
  command = node->add_subcommand("remove", "Free the slot of a node that will not come back");
  AddVolumeOption(*command, remove->places, false);
  AddDataOption(*command, remove->places);
  AddName(*command, remove->name);
  command->callback([remove, &outcome] { outcome.exit_code = Report(Remove(*remove)); });
}

}  // namespace borealis::cli
