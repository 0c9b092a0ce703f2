// borealis node run | stop | remove
#include <fmt/core.h>

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "cli/common.h"
#include "cli/server_arguments.h"
#include "node/agent.h"
#include "node/node_control.h"
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
  ASSIGN_OR_RETURN(config.upkeep, node::UpkeepPolicy::Parse(args.upkeep));
  config.upkeep_command = {OwnProgram(),
                           "volume",
                           "tend",
                           "--volume=" + args.places.volume,
                           "--data=" + args.places.data,
                           "--upkeep=" + args.upkeep};
  const std::vector<std::string> words = ServerWords(server);
  config.upkeep_command.insert(config.upkeep_command.end(), words.begin(), words.end());
  if (!config.upkeep.export_directory.empty()) {
    config.export_command = {OwnProgram(),
                             "volume",
                             "export",
                             args.places.volume,
                             config.upkeep.export_directory,
                             fmt::format("--keep={}", config.upkeep.export_keep),
                             fmt::format("--every={}", config.upkeep.export_minutes)};
  }
  config.rebuild = args.rebuild;
  config.software = BOREALIS_VERSION;
  config.stop_timeout_ms = args.stop_timeout_s * 1000;
  LogWithTime(args.name);
  return node::RunAgent(std::move(config), SystemClock());
}

struct StopArguments {
  Places places;
  std::string name;
  int timeout_s = 90;
};

int Stop(StopArguments& args) {
  if (const Status status = args.places.Resolve(); !status.ok()) return Report(status);
  const auto layout = node::MakeNodeLayout(args.places.data, args.name);
  if (!layout.ok()) return Report(layout.status());
  for (const node::NodeStatus& status : node::ListLocalNodes(args.places.data)) {
    if (status.name != args.name) continue;
    const node::StopResult result = node::StopNodes({status}, args.timeout_s * 1000).front();
    if (!result.ran) break;
    return Report(result.status.WithContext(args.name));
  }
  fmt::print(stderr, "borealis: no node {} runs in {}\n", args.name, args.places.data);
  return kNotRunning;
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
      ->add_option("--stop-timeout", run->stop_timeout_s,
                   "Seconds the server gets to end before it is killed")
      ->check(CLI::Range(1, 3600));
  command->add_flag("--rebuild", run->rebuild, "Throw the cache away and restore a snapshot");
  command->callback([run, &outcome] { outcome.exit_code = Report(Run(*run)); });

  auto stop = std::make_shared<StopArguments>();
  command = node->add_subcommand("stop", "Stop a node of this machine, server and agent");
  AddVolumeOption(*command, stop->places, false);
  AddDataOption(*command, stop->places);
  AddName(*command, stop->name);
  command->add_option("--timeout", stop->timeout_s, "Seconds to wait")->check(CLI::Range(1, 3600));
  command->callback([stop, &outcome] { outcome.exit_code = Stop(*stop); });

  auto remove = std::make_shared<RemoveArguments>();
  command = node->add_subcommand("remove", "Free the slot of a node that will not come back");
  AddVolumeOption(*command, remove->places, false);
  AddDataOption(*command, remove->places);
  AddName(*command, remove->name);
  command->callback([remove, &outcome] { outcome.exit_code = Report(Remove(*remove)); });
}

}  // namespace borealis::cli
