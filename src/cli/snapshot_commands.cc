// borealis snapshot take | list | delete | verify of a volume, borealis volume tend. Without a
// volume, list and delete are about the control plane's (managed_snapshots.h).
#include <fmt/core.h>

#include <atomic>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/describe.h"
#include "cli/managed_snapshots.h"
#include "cli/server_arguments.h"
#include "node/account.h"
#include "node/agent_setup.h"
#include "node/replica.h"
#include "node/snapshot_take.h"
#include "node/upkeep.h"
#include "node/volume.h"
#include "snapshot/publish.h"

namespace borealis::cli {
namespace {

using Json = nlohmann::json;

// --- take ---------------------------------------------------------------------------------------

struct TakeArguments {
  Places places;
  ServerArguments server;
};

// kConflict: another on this machine has the replica.
Status PrepareReplica(const Places& places, const ServerArguments& args, node::ServerConfig& server,
                      node::UniqueFd& lock) {
  ASSIGN_OR_RETURN(const node::ServerConfig replica, node::ReplicaConfig({}, places.data));
  const auto take_lock = [&]() -> Status {
    auto taken = node::LockNode(replica.layout);
    if (taken.status().code() == Code::kAlreadyExists) {
      return {Code::kConflict, "a snapshot is being taken on this machine"};
    }
    ASSIGN_OR_RETURN(lock, std::move(taken));
    return Status::Ok();
  };
  return PrepareServer(places, args, replica.layout, "", take_lock, server);
}

Result<int> Take(TakeArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  node::TakeRequest request;
  request.data = args.places.data;
  node::UniqueFd lock;
  const Status prepared = PrepareReplica(args.places, args.server, request.nodes, lock);
  if (prepared.code() == Code::kConflict) return ReportBusy(prepared);
  RETURN_IF_ERROR(prepared);
  const std::atomic<bool>& cancel = BeginLongWork();
  const int64_t began_ns = SystemClock().MonotonicNs();
  const auto taken = node::TakeSnapshot(
      request, SystemClock(), [&](const std::string& step) { PrintStep(step, began_ns); }, cancel);
  if (taken.status().code() == Code::kConflict) return ReportBusy(taken.status());
  RETURN_IF_ERROR(taken.status());
  if (!taken->has_value()) {
    fmt::print("there is a snapshot of the newest record already\n");
    return static_cast<int>(kOk);
  }
  const snapshot::Manifest& manifest = **taken;
  fmt::print("snapshot {} is published: {} files, {} ({} stored), in {:.1f} s\n", manifest.seqno,
             manifest.files, FormatBytes(manifest.content_bytes),
             FormatBytes(manifest.stream_bytes), SecondsSince(began_ns));
  return static_cast<int>(kOk);
}

// --- tend ---------------------------------------------------------------------------------------

struct TendArguments {
  Places places;
  ServerArguments server;
  std::string upkeep;
};

Result<int> Tend(TendArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  ASSIGN_OR_RETURN(const node::UpkeepPolicy policy, node::UpkeepPolicy::Parse(args.upkeep));
  node::TakeRequest request;
  request.data = args.places.data;
  node::UniqueFd lock;
  const Status prepared = PrepareReplica(args.places, args.server, request.nodes, lock);
  if (prepared.code() == Code::kConflict) return ReportBusy(prepared);
  RETURN_IF_ERROR(prepared);
  const std::atomic<bool>& cancel = BeginLongWork();
  std::string last = "nothing was due";
  const Status status = node::TendVolume(
      request, policy, SystemClock(),
      [&](const std::string& step) {
        fmt::print("{}\n", step);
        std::fflush(stdout);
        last.clear();
      },
      cancel);
  if (status.code() == Code::kConflict) return ReportBusy(status);
  RETURN_IF_ERROR(status);
  if (!last.empty()) fmt::print("{}\n", last);
  return static_cast<int>(kOk);
}

// --- list ---------------------------------------------------------------------------------------

struct ListArguments {
  Places places;
  ManagedSnapshotArguments managed;
};

Status List(ListArguments& args) {
  if (args.places.volume.empty()) return ListManagedSnapshots(args.managed);
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(const Json list, DescribeSnapshots(*volume));
  if (args.managed.json) {
    fmt::print("{}\n", list.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    PrintSnapshots(list, "");
  }
  return Status::Ok();
}

// --- delete, verify -----------------------------------------------------------------------------

struct DeleteArguments {
  Places places;
  ManagedSnapshotArguments managed;  // its name: of a volume's snapshot the seqno
};

Status Delete(DeleteArguments& args) {
  if (args.places.volume.empty()) return DeleteManagedSnapshot(args.managed);
  RETURN_IF_ERROR(args.places.Resolve());
  const std::string& text = args.managed.name;
  int64_t seqno = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seqno);
  if (error != std::errc() || end != text.data() + text.size() || seqno < 0) {
    return {Code::kInvalidArgument, fmt::format("\"{}\" is no seqno of a snapshot", text)};
  }
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::AttachVolume(args.places.volume));
  RETURN_IF_ERROR(node::DeleteSnapshotSafely(*volume, Seqno{seqno}, SystemClock()));
  fmt::print("snapshot {} is deleted\n", seqno);
  return Status::Ok();
}

struct OneArguments {
  Places places;
  int64_t seqno = -1;
};

Status Verify(OneArguments& args) {
  RETURN_IF_ERROR(args.places.Resolve());
  RETURN_IF_ERROR(ActAsOwnerOf(args.places.volume));
  ASSIGN_OR_RETURN(const auto volume, node::LookAtVolume(args.places.volume));
  ASSIGN_OR_RETURN(std::vector<Seqno> snapshots, snapshot::ListSnapshots(*volume));
  if (args.seqno >= 0) snapshots = {Seqno{args.seqno}};
  ASSIGN_OR_RETURN(const auto keys, node::OpenVolumeKeysIfNamed(*volume));
  Status first;
  for (const Seqno seqno : snapshots) {
    const Status status = snapshot::VerifySnapshot(*volume, seqno, keys.get());
    if (first.ok()) first = status;
    fmt::print("snapshot {:<12} {}\n", seqno, status.ok() ? "good" : status.message());
  }
  return first;
}

}  // namespace

void AddSnapshotCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* snapshot = app.add_subcommand(
      "snapshot", "Snapshots of a volume, and those of the control plane (borealis serve)");
  snapshot->require_subcommand(1);

  auto take = std::make_shared<TakeArguments>();
  CLI::App* command = snapshot->add_subcommand("take",
                                               "Publish a snapshot of all data, from a private "
                                               "server that has no clients; the nodes are not "
                                               "held up. 5 = another is being taken");
  AddVolumeOption(*command, take->places, true);
  AddDataOption(*command, take->places);
  AddServerOptions(*command, take->server);
  command->callback([take, &outcome] { outcome.exit_code = Report(Take(*take)); });

  auto tend = std::make_shared<TendArguments>();
  command =
      app.get_subcommand("volume")->add_subcommand("tend",
                                                   "Do what is due, as agents do: take a snapshot, "
                                                   "delete surplus ones, trim the log. 5 = another "
                                                   "does it");
  AddVolumeOption(*command, tend->places, true);
  AddDataOption(*command, tend->places);
  AddServerOptions(*command, tend->server);
  AddUpkeepOption(*command, tend->upkeep);
  command->callback([tend, &outcome] { outcome.exit_code = Report(Tend(*tend)); });

  auto list = std::make_shared<ListArguments>();
  command = snapshot->add_subcommand(
      "list", "The snapshots of a volume, oldest first; without one, those of the control plane");
  AddVolumeOption(*command, list->places, true)->required(false);
  AddDirectoryOption(*command, list->managed);
  command->add_option("--cluster", list->managed.cluster, "Of one cluster of the control plane");
  command->add_flag("--json", list->managed.json, "As JSON");
  command->callback([list, &outcome] { outcome.exit_code = Report(List(*list)); });

  auto remove = std::make_shared<DeleteArguments>();
  command = snapshot->add_subcommand(
      "delete", "Delete a snapshot of a volume; without one, a snapshot of the control plane");
  AddVolumeOption(*command, remove->places, false)->required(false);
  command
      ->add_option("--seqno,--name,name", remove->managed.name,
                   "Which: of a volume by its seqno, of the control plane by its identifier")
      ->required();
  AddDirectoryOption(*command, remove->managed);
  AddWaitOptions(*command, remove->managed);
  command->callback([remove, &outcome] { outcome.exit_code = Report(Delete(*remove)); });

  auto verify = std::make_shared<OneArguments>();
  command =
      snapshot->add_subcommand("verify", "Read all of a snapshot, or of every one; 1 = damaged");
  AddVolumeOption(*command, verify->places, false);
  command->add_option("--seqno,seqno", verify->seqno, "Which, by its seqno [default: all]");
  command->callback([verify, &outcome] { outcome.exit_code = Report(Verify(*verify)); });
}

}  // namespace borealis::cli
