// borealis instance create | list | show | reboot | delete | crash | connect: over the API of
// `borealis serve`
#include <fmt/core.h>

#include <memory>

#include "cli/managed.h"

namespace borealis::cli {
namespace {

struct InstanceArguments : ManagedArguments {
  std::string cluster;
  std::string instance_class = "db.t3.micro";
  bool force = false;
};

Status AwaitInstance(const InstanceArguments& args, const ApiClient& api) {
  if (args.no_wait) return Status::Ok();
  return Await(args, "available", [&]() -> Result<std::map<std::string, std::string>> {
    ASSIGN_OR_RETURN(const Json instance, FindInstance(api, args.name));
    return std::map<std::string, std::string>{{args.name, TextOf(instance, "DBInstanceStatus")}};
  });
}

Status Create(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json cluster, FindCluster(api, args.cluster));
  RETURN_IF_ERROR(api.Call("CreateDBInstance", {{"DBInstanceIdentifier", args.name},
                                                {"DBInstanceClass", args.instance_class},
                                                {"Engine", TextOf(cluster, "Engine")},
                                                {"DBClusterIdentifier", args.cluster}})
                      .status());
  return AwaitInstance(args, api);
}

void PrintInstance(const Json& instance) {
  fmt::print("{:<28} {:<12} {:<22} {:<14} {}\n", TextOf(instance, "DBInstanceIdentifier"),
             TextOf(instance, "DBInstanceStatus"), EndpointOf(instance),
             TextOf(instance, "DBInstanceClass"), TextOf(instance, "DBClusterIdentifier"));
}

Status List(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const auto instances, InstancesOf(api, args.cluster));
  PrintFound(args, instances, PrintInstance);
  return Status::Ok();
}

Status Show(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json instance, FindInstance(api, args.name));
  PrintFound(args, instance, PrintInstance);
  return Status::Ok();
}

Status Reboot(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(api.Call("RebootDBInstance", {{"DBInstanceIdentifier", args.name},
                                                {"ForceFailover", args.force ? "true" : "false"}})
                      .status());
  return AwaitInstance(args, api);
}

Status Delete(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(api.Call("DeleteDBInstance", {{"DBInstanceIdentifier", args.name}}).status());
  return AwaitGone(
      args, [&] { return FindInstance(api, args.name); }, args.name);
}

Status Connect(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json instance, FindInstance(api, args.name));
  return RunClient(EndpointOf(instance), TextOf(instance, "MasterUsername"));
}

Status Crash(const InstanceArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  return CrashInstance(api, args.name);
}

}  // namespace

void AddManagedInstanceCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* instance =
      app.add_subcommand("instance", "Instances of the control plane (borealis serve)");
  instance->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Status (*run)(const InstanceArguments&),
                       bool named = true) {
    return AddManagedCommand<InstanceArguments>(*instance, outcome, name, help, run, named);
  };

  const auto [create, made] = add("create", "Create an instance of a cluster, and wait", Create);
  create->add_option("--cluster", made->cluster, "Of which cluster")->required();
  create->add_option("--class", made->instance_class, "Its class");
  AddWaitOptions(*create, *made);
  const auto [list, listed] = add("list", "List the instances", List, false);
  list->add_option("--cluster", listed->cluster, "Of one cluster");
  list->add_flag("--json", listed->json, "As JSON");
  const auto [show, shown] = add("show", "Show an instance", Show);
  show->add_flag("--json", shown->json, "As JSON");
  const auto [reboot, rebooted] = add("reboot", "Restart its server, and wait", Reboot);
  reboot->add_flag("--force", rebooted->force,
                   "Kill it instead of letting clients end their transactions");
  AddWaitOptions(*reboot, *rebooted);
  const auto [remove, removed] = add("delete", "Delete an instance", Delete);
  AddWaitOptions(*remove, *removed);
  add("crash", "Crash its server, as ALTER SYSTEM CRASH does", Crash);
  add("connect", "Open the mariadb client at its endpoint", Connect);
}

}  // namespace borealis::cli
