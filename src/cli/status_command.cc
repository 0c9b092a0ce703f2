// borealis status, borealis node status
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/describe.h"
#include "log/identity.h"
#include "node/node_control.h"
#include "node/server_version.h"
#include "node/settings_drift.h"
#include "node/tls.h"
#include "node/volume.h"

namespace borealis::cli {
namespace {

using Json = nlohmann::json;

struct StatusArguments {
  Places places;
  std::string name;  // of one node; empty: all
  bool json = false;
  bool check = false;
};

Json OrNull(int64_t value, bool present) { return present ? Json(value) : Json(nullptr); }

// Null: of another machine, or none was made yet.
Json DescribeTls(const node::NodeStatus& s) {
  if (s.directory.empty()) return nullptr;
  const node::NodeLayout layout{s.directory};
  const auto facts = node::LookAtCertificate(layout);
  if (!facts.ok()) return nullptr;
  return {{"ca", layout.tls_authority()}, {"names", facts->names}, {"ends_us", facts->ends_us}};
}

Json DescribeNode(const node::NodeStatus& s) {
  const bool served = s.server.pid != 0;
  const bool agent = s.state != node::NodeState::kLost && s.state != node::NodeState::kStopped;
  return {{"name", s.name},
          {"address", s.address},
          {"port", s.port},
          {"socket", s.socket},
          {"directory", s.directory},
          {"slot", s.slot},
          {"state", node::NodeStateName(s.state)},
          {"message", s.message},
          {"software", s.software},
          {"server_version", s.server_version},
          {"pid", OrNull(s.server.pid, served)},
          {"agent_pid", OrNull(s.agent.pid, agent)},
          {"restarts", s.restarts},
          {"seqno", OrNull(s.seqno.value, s.seqno.IsDefined())},
          {"members", s.members},
          {"tls", DescribeTls(s)},
          {"updated_us", s.updated_us},
          {"last_crash_us", OrNull(s.last_crash_us, s.last_crash_us != 0)},
          {"ready_after_ms", OrNull(s.ready_after_ms, s.ready_after_ms >= 0)}};
}

void PrintNode(const node::NodeStatus& s) {
  const std::string endpoint = s.address.empty() ? "-" : fmt::format("{}:{}", s.address, s.port);
  const std::string pid = s.server.pid != 0 ? std::to_string(s.server.pid) : "-";
  const auto release = node::ParseServerVersion(s.server_version);
  fmt::print("{:<12} {:>4} {:<22} {:<11} {:>8} {:>12} {:>8} {:<9} {}\n", s.name, s.slot, endpoint,
             node::NodeStateName(s.state), pid,
             s.seqno.IsDefined() ? std::to_string(s.seqno.value) : "-", s.restarts,
             release.ok() ? release->ToString() : "-", s.message);
}

void Print(const std::string& directory, const log::Identity& identity,
           const Result<node::LogBounds>& bounds, const std::vector<node::NodeStatus>& nodes) {
  fmt::print("volume {} ({}), {}\n", directory, identity.volume.ToString(),
             bounds.ok() ? fmt::format("seqno {}", bounds->newest) : bounds.status().message());
  fmt::print("{:<12} {:>4} {:<22} {:<11} {:>8} {:>12} {:>8} {:<9}\n", "node", "slot", "address",
             "state", "pid", "seqno", "restarts", "server");
  for (const node::NodeStatus& s : nodes) PrintNode(s);
  std::vector<std::string> servers;
  servers.reserve(nodes.size());
  for (const node::NodeStatus& s : nodes) servers.push_back(s.server_version);
  const std::string mixed = node::DescribeMixedVersions(servers);
  if (!mixed.empty()) fmt::print("{}\n", mixed);
  for (const node::NodeStatus& s : nodes) {
    const Json tls = DescribeTls(s);
    if (tls.is_null()) continue;
    fmt::print("certificates are of the authority in {}\n", tls["ca"].get<std::string>());
    break;
  }
  const auto drift = node::FindSettingsDrift(nodes);
  if (!drift.empty()) fmt::print("settings that differ (SET GLOBAL acts on one node only):\n");
  for (const node::SettingsDrift& d : drift) fmt::print("  {}\n", node::DescribeDrift(d));
}

Result<int> ShowStatus(StatusArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(const log::Identity identity, log::ReadIdentity(*volume));
  ASSIGN_OR_RETURN(auto nodes,
                   node::ListNodes(*volume, args.places.volume, args.places.data, SystemClock()));
  if (!args.name.empty()) {
    std::erase_if(nodes, [&](const node::NodeStatus& s) { return s.name != args.name; });
    if (nodes.empty()) return Status(Code::kNotFound, "the volume knows no node " + args.name);
  }
  const Result<node::LogBounds> bounds = node::ReadLogBounds(*volume);
  if (args.json) {
    Json list = Json::array();
    for (const node::NodeStatus& s : nodes) list.push_back(DescribeNode(s));
    Json about = {{"directory", args.places.volume},
                  {"uuid", identity.volume.ToString()},
                  {"format_version", identity.format_version},
                  {"seqno", nullptr},
                  {"error", nullptr}};
    if (bounds.ok()) {
      about["seqno"] = bounds->newest.value;
    } else {
      about["error"] = bounds.status().message();
    }
    Json drift = Json::object();
    for (const auto& [setting, values] : node::FindSettingsDrift(nodes)) drift[setting] = values;
    ASSIGN_OR_RETURN(about["disk"], DescribeDisk(*volume, args.places.volume));
    const Json json = {{"volume", about}, {"nodes", list}, {"settings_drift", drift}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    Print(args.places.volume, identity, bounds, nodes);
    ASSIGN_OR_RETURN(const Json disk, DescribeDisk(*volume, args.places.volume));
    if (disk.contains("warnings")) {
      for (const Json& w : disk["warnings"]) fmt::print("warning: {}\n", w.get<std::string>());
    }
  }
  const bool all_ready = !nodes.empty() && std::all_of(nodes.begin(), nodes.end(), [](auto& s) {
    return s.state == node::NodeState::kReady;
  });
  return args.check && !all_ready ? static_cast<int>(kNotRunning) : static_cast<int>(kOk);
}

void AddStatus(CLI::App& parent, Outcome& outcome, bool one_node) {
  auto args = std::make_shared<StatusArguments>();
  CLI::App* command = parent.add_subcommand(
      "status", one_node ? "How one node is" : "How the volume and its nodes are");
  AddVolumeOption(*command, args->places, !one_node);
  AddDataOption(*command, args->places);
  if (one_node) command->add_option("--name,name", args->name, "The node's name")->required();
  command->add_flag("--json", args->json, "As JSON");
  command->add_flag("--check", args->check, "Exit with 3 unless every node is ready");
  command->callback([args, &outcome] { outcome.exit_code = Report(ShowStatus(*args)); });
}

}  // namespace

void AddStatusCommand(CLI::App& app, Outcome& outcome) {
  AddStatus(app, outcome, false);
  AddStatus(*app.get_subcommand("node"), outcome, true);
}

}  // namespace borealis::cli
