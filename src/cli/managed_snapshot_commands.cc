// borealis snapshot create | show | copy, and list | delete without a volume: over the API of
// `borealis serve`
#include <fmt/core.h>

#include <memory>

#include "cli/managed_snapshots.h"

namespace borealis::cli {
namespace {

void PrintSnapshot(const Json& snapshot) {
  fmt::print("{:<32} {:<12} {:<10} {:<28} {}\n", TextOf(snapshot, "DBClusterSnapshotIdentifier"),
             TextOf(snapshot, "Status"), TextOf(snapshot, "SnapshotType"),
             TextOf(snapshot, "DBClusterIdentifier"), TextOf(snapshot, "SnapshotCreateTime"));
}

Status AwaitSnapshot(const ManagedArguments& args, const ApiClient& api, const std::string& name) {
  if (args.no_wait) return Status::Ok();
  return Await(args, "available", [&]() -> Result<std::map<std::string, std::string>> {
    ASSIGN_OR_RETURN(const Json snapshot, FindSnapshot(api, name));
    return std::map<std::string, std::string>{{name, TextOf(snapshot, "Status")}};
  });
}

Status CreateManagedSnapshot(const ManagedSnapshotArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(api.Call("CreateDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", args.name},
                                                       {"DBClusterIdentifier", args.cluster}})
                      .status());
  return AwaitSnapshot(args, api, args.name);
}

Status CopyManagedSnapshot(const ManagedSnapshotArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(
      api.Call("CopyDBClusterSnapshot", {{"SourceDBClusterSnapshotIdentifier", args.name},
                                         {"TargetDBClusterSnapshotIdentifier", args.target}})
          .status());
  return AwaitSnapshot(args, api, args.target);
}

Status ShowManagedSnapshot(const ManagedSnapshotArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json snapshot, FindSnapshot(api, args.name));
  PrintFound(args, snapshot, PrintSnapshot);
  return Status::Ok();
}

}  // namespace

Result<Json> FindSnapshot(const ApiClient& api, const std::string& name) {
  return FindOne(api, "DescribeDBClusterSnapshots", "DBClusterSnapshotIdentifier",
                 "DBClusterSnapshots", name);
}

Status ListManagedSnapshots(const ManagedSnapshotArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  Fields fields;
  if (!args.cluster.empty()) fields["DBClusterIdentifier"] = args.cluster;
  ASSIGN_OR_RETURN(const Json answer, api.Call("DescribeDBClusterSnapshots", fields));
  PrintFound(args, answer.value("DBClusterSnapshots", Json::array()), PrintSnapshot);
  return Status::Ok();
}

Status DeleteManagedSnapshot(const ManagedSnapshotArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(
      api.Call("DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", args.name}}).status());
  return AwaitGone(
      args, [&] { return FindSnapshot(api, args.name); }, args.name);
}

void AddManagedSnapshotCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* group = app.get_subcommand("snapshot");
  const auto add = [&](const char* name, const char* help,
                       Status (*run)(const ManagedSnapshotArguments&)) {
    return AddManagedCommand<ManagedSnapshotArguments>(*group, outcome, name, help, run, true);
  };
  const auto [create, made] =
      add("create", "Take a snapshot of a cluster of the control plane, and wait",
          CreateManagedSnapshot);
  create->add_option("--cluster", made->cluster, "Of which cluster")->required();
  AddWaitOptions(*create, *made);
  const auto [copy, copied] =
      add("copy", "Copy a snapshot of the control plane, and wait", CopyManagedSnapshot);
  copy->add_option("--to,to", copied->target, "Identifier of the copy")->required();
  AddWaitOptions(*copy, *copied);
  const auto [show, shown] =
      add("show", "Show a snapshot of the control plane", ShowManagedSnapshot);
  show->add_flag("--json", shown->json, "As JSON");
}

}  // namespace borealis::cli
