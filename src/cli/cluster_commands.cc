// borealis up | down: a cluster on this machine.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <stdlib.h>  // NOLINT: mkstemp is POSIX, not C
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/server_arguments.h"
#include "cli/temporary_file.h"
#include "log/identity.h"
#include "node/account.h"
#include "node/fragment.h"
#include "node/node_control.h"
#include "node/password_hash.h"
#include "node/server_client.h"
#include "node/server_process.h"
#include "node/upkeep_plan.h"
#include "node/user_accounts.h"
#include "node/volume.h"
#include "settings/provider_options.h"
#include "snapshot/files.h"
#include "storage/local/local_backend.h"

namespace borealis::cli {
namespace {

constexpr int kWritersMax = 16;
constexpr int kCreateTimeoutMs = 300'000;
struct UpArguments {
  Places places;
  int writers = 2;
  std::string address_base = "127.0.0.11";
  uint16_t port = node::kDefaultPort;
  std::string user = "admin";
  std::string password;
  std::string owner;
  ServerArguments server;
  std::string upkeep;
  bool encrypt = false;
  int timeout_s = 120;
};

struct PlannedNode {
  std::string name;
  std::string address;
  node::NodeLayout layout;
  node::ProcessId agent;
};

void Say(const std::string& text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

// The base and the addresses after it: 127.0.0.11 -> 127.0.0.12.
Result<std::string> AddressAt(const std::string& base, int index) {
  in_addr address{};
  if (inet_pton(AF_INET, base.c_str(), &address) != 1) {
    return Status(Code::kInvalidArgument,
                  fmt::format("--address-base {}: give an IPv4 address such as 127.0.0.11", base));
  }
  address.s_addr = htonl(ntohl(address.s_addr) + static_cast<uint32_t>(index));
  char text[INET_ADDRSTRLEN];
  CHECK(inet_ntop(AF_INET, &address, text, sizeof(text)) != nullptr);
  return std::string(text);
}

Result<std::vector<PlannedNode>> Plan(const UpArguments& args) {
  std::vector<PlannedNode> plan;
  for (int i = 0; i < args.writers; ++i) {
    PlannedNode node;
    node.name = fmt::format("node{}", i + 1);
    ASSIGN_OR_RETURN(node.address, AddressAt(args.address_base, i));
    ASSIGN_OR_RETURN(node.layout, node::MakeNodeLayout(args.places.data, node.name));
    plan.push_back(std::move(node));
  }
  return plan;
}

// Whether the node's agent runs already, and else whether nothing is in its way.
Status LookForRunning(const UpArguments& args, std::vector<PlannedNode>& plan) {
  for (const node::NodeStatus& status : node::ListLocalNodes(args.places.data)) {
    for (PlannedNode& node : plan) {
      if (node.name != status.name || !node::IsAlive(status.agent)) continue;
      if (status.volume != args.places.volume) {
        return {Code::kInvalidArgument,
                fmt::format("{} in {} runs on volume {}; give another --data directory", node.name,
                            args.places.data, status.volume)};
      }
      node.agent = status.agent;
      node.address = status.address;
    }
  }
  for (const PlannedNode& node : plan) {
    if (node.agent.pid != 0 || node::FindRunningServer(node.layout, {})) continue;
    RETURN_IF_ERROR(node::CheckEndpoint(node.address, args.port));
  }
  return Status::Ok();
}

Status CheckExisting(const UpArguments& args, storage::Backend& volume) {
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(volume));
  if (!args.encrypt || identity.encrypted()) return Status::Ok();
  return {Code::kInvalidArgument,
          fmt::format("{0} exists and is not encrypted; `borealis restore --volume {0} --encrypt "
                      "NEWDIR` makes an encrypted copy",
                      args.places.volume)};
}

// In a process of its own: it becomes the owner for good, we must not yet.
Status MakeVolume(const UpArguments& args) {
  if (storage::LocalBackend::IsVolume(args.places.volume)) {
    // Complete, or finished by a second attempt.
    ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
    ASSIGN_OR_RETURN(const auto blobs, volume->ListBlobs("snapshot."));
    if (!blobs.empty()) return CheckExisting(args, *volume);
  }
  std::vector<std::string> argv = {OwnProgram(),       "volume",   "create",
                                   args.places.volume, "--server", args.server.server};
  if (!args.owner.empty()) argv.insert(argv.end(), {"--owner", args.owner});
  if (args.encrypt) argv.emplace_back("--encrypt");
  Say("making the volume " + args.places.volume);
  ASSIGN_OR_RETURN(const auto output, TemporaryFile::Make("create"));
  ASSIGN_OR_RETURN(const node::ProcessEnd end,
                   node::RunToEnd({argv, output->path()}, kCreateTimeoutMs, nullptr));
  if (end == node::ProcessEnd{true, 0, 0}) return Status::Ok();
  return {Code::kInternal, fmt::format("the volume was not made:\n{}",
                                       node::TailLines(node::ReadLogTail(output->path()), 6))};
}

std::vector<std::string> AgentArguments(const UpArguments& args, const PlannedNode& node) {
  std::vector<std::string> argv = {"node",      "run",
                                   "--volume",  args.places.volume,
                                   "--data",    args.places.data,
                                   "--name",    node.name,
                                   "--address", node.address,
                                   "--port",    std::to_string(args.port),
                                   "--server",  args.server.server};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) argv.insert(argv.end(), {option, value});
  };
  add("--config", args.server.config.empty() ? "" : node::AbsolutePath(args.server.config));
  add("--provider", args.server.provider);
  add("--provider-options", args.server.provider_options);
  add("--plugin", args.server.plugin);
  add("--upkeep", args.upkeep);
  for (const std::string& name : args.server.tls_names) add("--tls-name", name);
  return argv;
}

Status Launch(const UpArguments& args, const node::Account& owner, std::vector<PlannedNode>& plan) {
  RETURN_IF_ERROR(node::ProvideDirectory(args.places.data, owner));
  for (PlannedNode& node : plan) {
    if (node.agent.pid != 0) {
      Say(fmt::format("{} runs already", node.name));
      continue;
    }
    ASSIGN_OR_RETURN(node.agent, node::LaunchAgent({OwnProgram(), AgentArguments(args, node),
                                                    node.layout, owner}));
  }
  return Status::Ok();
}

// What an operator wants to see when a node does not come up.
Status Explain(const PlannedNode& node, const node::WaitResult& result) {
  std::string text;
  switch (result.outcome) {
    case node::WaitOutcome::kReady:
      return Status::Ok();
    case node::WaitOutcome::kEnded:
      text = "its agent ended";
      break;
    case node::WaitOutcome::kHeld:
      text = "it is held: " + result.last.message;
      break;
    case node::WaitOutcome::kTimeout:
      text = fmt::format("it is still {} {}", node::NodeStateName(result.last.state),
                         result.last.message);
      break;
  }
  const std::string agent = node::TailLines(node::ReadLogTail(node.layout.agent_log()), 3);
  const std::string server = node::TailLines(node::ReadLogTail(node.layout.server_log()), 8);
  return {
      Code::kUnavailable,
      fmt::format("{} did not become ready: {}\n--- end of {}\n{}\n--- end of {}\n{}", node.name,
                  text, node.layout.agent_log(), agent, node.layout.server_log(), server)};
}

Status AwaitAll(const UpArguments& args, const std::vector<PlannedNode>& plan) {
  const Clock& clock = SystemClock();
  const int64_t deadline_ns = clock.MonotonicNs() + args.timeout_s * 1'000'000'000LL;
  Status first;
  for (const PlannedNode& node : plan) {
    const node::WaitResult result = node::WaitUntilReady(
        node.layout, node.agent, deadline_ns, clock, [&](const node::NodeStatus& status) {
          Say(fmt::format("{} {}", node.name, node::NodeStateName(status.state)));
        });
    const Status status = Explain(node, result);
    if (first.ok()) first = status;
  }
  return first;
}

Status MakeUser(const UpArguments& args, const PlannedNode& node) {
  if (args.password.empty()) {
    Say("no master user: give --password to make '" + args.user + "', or connect as root over a " +
        "node's socket");
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(node::ServerClient client, ConnectAsOwner(node.layout.socket()));
  RETURN_IF_ERROR(node::MakeMasterUser(client, args.user, node::PasswordHash(args.password))
                      .WithContext("master user " + args.user));
  Say(fmt::format("master user {}", args.user));
  return Status::Ok();
}

// Each agent checks them, too; here nothing was made yet and there is one line to read.
Status CheckUsersOptions(const UpArguments& args) {
  RETURN_IF_ERROR(settings::ProviderOptions::ParseForAgent(args.server.provider_options).status());
  RETURN_IF_ERROR(node::UpkeepPolicy::Parse(args.upkeep).status());
  if (args.server.config.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const Bytes bytes, snapshot::ReadFile(args.server.config, kFragmentBytesMax));
  ASSIGN_OR_RETURN(const auto fragment, node::ParseFragment(AsText(bytes), args.server.config));
  return node::CheckFragment(fragment, args.server.config);
}

Status Up(UpArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(CheckUsersOptions(args));
  ASSIGN_OR_RETURN(std::vector<PlannedNode> plan, Plan(args));
  RETURN_IF_ERROR(LookForRunning(args, plan));
  RETURN_IF_ERROR(MakeVolume(args));
  ASSIGN_OR_RETURN(const node::Account owner, node::OwnerOf(args.places.volume));
  RETURN_IF_ERROR(Launch(args, owner, plan));
  RETURN_IF_ERROR(node::BecomeAccount(owner));
  RETURN_IF_ERROR(AwaitAll(args, plan));
  RETURN_IF_ERROR(MakeUser(args, plan.front()));
  for (const PlannedNode& node : plan) {
    Say(fmt::format("{} accepts writes at {}:{}", node.name, node.address, args.port));
  }
  Say("clients check the servers' certificates with " + plan.front().layout.tls_authority());
  return Status::Ok();
}

struct DownArguments {
  Places places;
  int timeout_s = 90;
};

Status Down(DownArguments& args) {
  if (args.places.volume.empty() && args.places.data.empty()) {
    return {Code::kInvalidArgument, "give --volume or --data"};
  }
  if (args.places.data.empty()) {
    RETURN_IF_ERROR(args.places.Resolve());
  } else {
    args.places.data = node::AbsolutePath(args.places.data);
  }
  Status first;
  for (const node::StopResult& result :
       node::StopNodes(node::ListLocalNodes(args.places.data), args.timeout_s * 1000)) {
    if (result.status.ok() && result.ran) Say(result.name + " stopped");
    if (first.ok()) first = result.status.WithContext(result.name);
  }
  return first;
}

void AddUp(CLI::App& app, Outcome& outcome) {
  auto up = std::make_shared<UpArguments>();
  CLI::App* command = app.add_subcommand(
      "up", "Start a cluster on this machine, making its volume if there is none; may be repeated");
  AddVolumeOption(*command, up->places, false);
  AddDataOption(*command, up->places);
  command->add_option("--writers", up->writers, "Number of nodes: node1, node2, ...")
      ->check(CLI::Range(1, kWritersMax));
  command->add_option("--address-base", up->address_base,
                      "IPv4 address of node1; the next nodes get the next addresses");
  command->add_option("--port", up->port, "TCP port of every node")->check(CLI::Range(1, 65535));
  command->add_option("--user", up->user, "Master user to make, from any host");
  command->add_option("--password", up->password, "Its password; without one no user is made")
      ->envname("BOREALIS_PASSWORD");
  command->add_option("--owner", up->owner,
                      "User a new volume and its servers belong to [default: mysql for root, else "
                      "you]");
  AddServerOptions(*command, up->server);
  AddUpkeepOption(*command, up->upkeep);
  command->add_flag("--encrypt", up->encrypt, "Encrypt log and snapshots of a new volume");
  command->add_option("--timeout", up->timeout_s, "Seconds to wait until all accept writes")
      ->check(CLI::Range(1, 86400));
  command->callback([up, &outcome] { outcome.exit_code = Report(Up(*up)); });
}

void AddDown(CLI::App& app, Outcome& outcome) {
  auto down = std::make_shared<DownArguments>();
  CLI::App* command = app.add_subcommand("down", "Stop the nodes of this machine, cleanly");
  command->add_option("--volume", down->places.volume, "Directory of the volume")
      ->envname("BOREALIS_VOLUME")
      ->type_name("DIR");
  AddDataOption(*command, down->places);
  command->add_option("--timeout", down->timeout_s, "Seconds to wait")->check(CLI::Range(1, 3600));
  command->callback([down, &outcome] { outcome.exit_code = Report(Down(*down)); });
}

}  // namespace

void AddClusterCommands(CLI::App& app, Outcome& outcome) {
  AddUp(app, outcome);
  AddDown(app, outcome);
}

}  // namespace borealis::cli
