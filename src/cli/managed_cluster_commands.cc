// borealis cluster create | list | show | delete | crash | connect: over the API of `borealis
// serve`
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/managed_snapshots.h"

namespace borealis::cli {
namespace {

constexpr char kGroupDescription[] = "made by borealis cluster create";

struct ClusterArguments : ManagedArguments {
  std::string user = "admin";
  std::string instance_class = "db.t3.micro";
  std::string database;
  std::string final_snapshot;
  std::string from_snapshot;
  std::vector<std::string> allow;
  int writers = 2;
  int port = 0;
  bool encrypted = false;
};

std::string WriterName(const std::string& cluster, int n) {
  return fmt::format("{}-{}", cluster, n);
}

// Of a cluster that did not come about; what was refused matters more than whether this is.
void DropGroup(const ApiClient& api, const std::string& group) {
  if (!group.empty()) (void)api.Call("DeleteSecurityGroup", {{"GroupId", group}}, "ec2");
}

// A security group of the cluster's name that lets in the blocks of --allow; empty: none is asked
// for.
Result<std::string> ProvideGroup(const ApiClient& api, const ClusterArguments& args) {
  if (args.allow.empty()) return std::string();
  ASSIGN_OR_RETURN(
      const Json made,
      api.Call("CreateSecurityGroup",
               {{"GroupName", args.name}, {"GroupDescription", kGroupDescription}}, "ec2"));
  const std::string group = TextOf(made, "groupId");
  for (const std::string& block : args.allow) {
    const auto allowed = api.Call("AuthorizeSecurityGroupIngress",
                                  {{"GroupId", group},
                                   {"IpProtocol", "tcp"},
                                   {"FromPort", "0"},
                                   {"ToPort", "65535"},
                                   {"CidrIp", block}},
                                  "ec2");
    if (allowed.ok()) continue;
    DropGroup(api, group);
    return allowed.status();
  }
  return group;
}

void PrintCluster(const Json& cluster, const std::vector<Json>& instances) {
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<14}{}\n", name, value);
  };
  line("cluster", TextOf(cluster, "DBClusterIdentifier"));
  line("status", TextOf(cluster, "Status"));
  line("engine", fmt::format("{} {}, {}", TextOf(cluster, "Engine"),
                             TextOf(cluster, "EngineVersion"), TextOf(cluster, "EngineMode")));
  line("master user", TextOf(cluster, "MasterUsername"));
  line("endpoint", TextOf(cluster, "Endpoint") + ":" + TextOf(cluster, "Port"));
  line("restorable", TextOf(cluster, "EarliestRestorableTime") + " to " +
                         TextOf(cluster, "LatestRestorableTime"));
  for (const Json& instance : instances) {
    line("instance",
         fmt::format("{:<24} {:<12} {:<22} {}", TextOf(instance, "DBInstanceIdentifier"),
                     TextOf(instance, "DBInstanceStatus"), EndpointOf(instance),
                     TextOf(instance, "DBInstanceClass")));
  }
}

Status Show(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(Json cluster, FindCluster(api, args.name));
  ASSIGN_OR_RETURN(const auto instances, InstancesOf(api, args.name));
  if (args.json) {
    cluster["DBInstances"] = instances;
    fmt::print("{}\n", cluster.dump(2));
  } else {
    PrintCluster(cluster, instances);
  }
  return Status::Ok();
}

// What the API is asked for, but for the security group. A restored cluster has the engine and the
// password of its snapshot.
Result<Fields> Wanted(const ApiClient& api, const ClusterArguments& args) {
  Fields fields = {{"DBClusterIdentifier", args.name},
                   {"EngineMode", "multimaster"},
                   {"StorageEncrypted", args.encrypted ? "true" : "false"}};
  if (args.port > 0) fields["Port"] = std::to_string(args.port);
  if (!args.from_snapshot.empty()) {
    ASSIGN_OR_RETURN(const Json snapshot, FindSnapshot(api, args.from_snapshot));
    fields["Engine"] = TextOf(snapshot, "Engine");
    fields["SnapshotIdentifier"] = args.from_snapshot;
    fields.erase("StorageEncrypted");  // as the snapshot is
    return fields;
  }
  ASSIGN_OR_RETURN(fields["MasterUserPassword"], ReadPassword());
  fields["Engine"] = "aurora";
  fields["MasterUsername"] = args.user;
  if (!args.database.empty()) fields["DatabaseName"] = args.database;
  return fields;
}

Status AddWriters(const ApiClient& api, const ClusterArguments& args, const std::string& engine) {
  for (int n = 1; n <= args.writers; ++n) {
    RETURN_IF_ERROR(
        api.Call("CreateDBInstance", {{"DBInstanceIdentifier", WriterName(args.name, n)},
                                      {"DBInstanceClass", args.instance_class},
                                      {"Engine", engine},
                                      {"DBClusterIdentifier", args.name}})
            .status());
  }
  return Status::Ok();
}

Status Wait(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  return AwaitAvailable(args, api, args.name);
}

void PrintClusterLine(const Json& cluster) {
  fmt::print("{:<28} {:<12} {:>2} writers  {}:{}\n", TextOf(cluster, "DBClusterIdentifier"),
             TextOf(cluster, "Status"), cluster.value("DBClusterMembers", Json::array()).size(),
             TextOf(cluster, "Endpoint"), TextOf(cluster, "Port"));
}

Status List(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json answer, api.Call("DescribeDBClusters", {}));
  PrintFound(args, answer.value("DBClusters", Json::array()), PrintClusterLine);
  return Status::Ok();
}

// The group that `create --allow` made, if it did.
Status RemoveGroup(const ApiClient& api, const std::string& name) {
  const auto found = api.Call("DescribeSecurityGroups", {{"GroupName.1", name}}, "ec2");
  RETURN_IF_ERROR(found.status());
  for (const Json& group : found->value("securityGroupInfo", Json::array())) {
    if (TextOf(group, "groupName") != name ||
        TextOf(group, "groupDescription") != kGroupDescription) {
      continue;
    }
    RETURN_IF_ERROR(
        api.Call("DeleteSecurityGroup", {{"GroupId", TextOf(group, "groupId")}}, "ec2").status());
  }
  return Status::Ok();
}

Status Delete(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json cluster, FindCluster(api, args.name));
  if (cluster.value("DeletionProtection", false)) {
    return {Code::kInvalidArgument, args.name + " is protected from deletion; modify it first"};
  }
  ASSIGN_OR_RETURN(const auto instances, InstancesOf(api, args.name));
  for (const Json& instance : instances) {
    if (TextOf(instance, "DBInstanceStatus") == "deleting") continue;
    RETURN_IF_ERROR(api.Call("DeleteDBInstance",
                             {{"DBInstanceIdentifier", TextOf(instance, "DBInstanceIdentifier")}})
                        .status());
  }
  Fields fields = {{"DBClusterIdentifier", args.name}};
  if (args.final_snapshot.empty()) {
    fields["SkipFinalSnapshot"] = "true";
  } else {
    fields["FinalDBSnapshotIdentifier"] = args.final_snapshot;
  }
  if (TextOf(cluster, "Status") != "deleting") {
    RETURN_IF_ERROR(api.Call("DeleteDBCluster", fields).status());
  }
  RETURN_IF_ERROR(AwaitGone(
      args, [&] { return FindCluster(api, args.name); }, args.name));
  return args.no_wait ? Status::Ok() : RemoveGroup(api, args.name);
}

// What was refused leaves nothing: neither the group nor a cluster without writers.
Status Create(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(Fields fields, Wanted(api, args));
  ASSIGN_OR_RETURN(const std::string group, ProvideGroup(api, args));
  if (!group.empty()) fields["VpcSecurityGroupIds.VpcSecurityGroupId.1"] = group;
  const auto made = api.Call(
      args.from_snapshot.empty() ? "CreateDBCluster" : "RestoreDBClusterFromSnapshot", fields);
  if (!made.ok()) DropGroup(api, group);
  RETURN_IF_ERROR(made.status());
  if (Status added = AddWriters(api, args, fields["Engine"]); !added.ok()) {
    ClusterArguments undo = args;
    undo.no_wait = false;
    (void)Delete(undo);
    return added;
  }
  RETURN_IF_ERROR(AwaitAvailable(args, api, args.name));
  return Show(args);
}

Status Connect(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  ASSIGN_OR_RETURN(const Json cluster, FindCluster(api, args.name));
  return RunClient(TextOf(cluster, "Endpoint") + ":" + TextOf(cluster, "Port"),
                   TextOf(cluster, "MasterUsername"));
}

// All of its servers at about the same time: what has to be survived.
Status Crash(const ClusterArguments& args) {
  ASSIGN_OR_RETURN(const ApiClient api, OpenApi(args));
  RETURN_IF_ERROR(FindCluster(api, args.name).status());
  ASSIGN_OR_RETURN(const auto instances, InstancesOf(api, args.name));
  if (instances.empty()) return {Code::kNotFound, args.name + " has no instances"};
  for (const Json& instance : instances) {
    RETURN_IF_ERROR(CrashInstance(api, TextOf(instance, "DBInstanceIdentifier")));
  }
  return Status::Ok();
}

}  // namespace

void AddManagedClusterCommands(CLI::App& app, Outcome& outcome) {
  CLI::App* cluster =
      app.add_subcommand("cluster", "Clusters of the control plane (borealis serve)");
  cluster->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Status (*run)(const ClusterArguments&),
                       bool named = true) {
    return AddManagedCommand<ClusterArguments>(*cluster, outcome, name, help, run, named);
  };
  const auto add_json = [](CLI::App& command, ClusterArguments& args) {
    command.add_flag("--json", args.json, "As JSON");
  };

  const auto [create, made] =
      add("create",
          "Create a cluster and its writers NAME-1, NAME-2, ..., and wait; "
          "the password comes from $BOREALIS_PASSWORD or a line of standard "
          "input",
          Create);
  create->add_option("--writers", made->writers, "Instances")->check(CLI::Range(1, 16));
  create->add_option("--class", made->instance_class, "Class of the instances");
  CLI::Option* snapshot =
      create->add_option("--from-snapshot", made->from_snapshot,
                         "Snapshot that its data come from, with master user and password");
  create->add_option("--user", made->user, "Master user")->excludes(snapshot);
  create->add_option("--database", made->database, "Database to make")->excludes(snapshot);
  create->add_option("--port", made->port, "TCP port of its endpoints [default: that of serve]")
      ->check(CLI::Range(1150, 65535));
  create->add_option("--allow", made->allow, "Block of addresses that may connect, 127.0.0.0/8")
      ->type_name("CIDR");
  create->add_flag("--encrypted", made->encrypted, "Encrypt log and snapshots")->excludes(snapshot);
  AddWaitOptions(*create, *made);
  add_json(*create, *made);

  const auto [list, listed] = add("list", "List the clusters", List, false);
  add_json(*list, *listed);
  const auto [show, shown] = add("show", "Show a cluster and its instances", Show);
  add_json(*show, *shown);
  const auto [wait, waited] = add("wait", "Wait until it and its instances are available", Wait);
  AddTimeoutOption(*wait, *waited);
  const auto [remove, removed] = add("delete", "Delete a cluster with its instances", Delete);
  remove->add_option("--final-snapshot", removed->final_snapshot, "Snapshot to take of it first");
  AddWaitOptions(*remove, *removed);
  add("crash", "Crash each of its servers, as ALTER SYSTEM CRASH does", Crash);
  add("connect", "Open the mariadb client at its endpoint", Connect);
}

}  // namespace borealis::cli
