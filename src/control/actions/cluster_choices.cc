#include "control/actions/cluster_choices.h"

#include <fmt/core.h>

#include <algorithm>

#include "control/actions/addresses.h"
#include "control/actions/describe.h"
#include "control/model/place.h"
#include "control/model/recurring_window.h"
#include "node/password_hash.h"

namespace borealis::control {
namespace {

constexpr size_t kClustersMax = 40;
constexpr int kPortMin = 1150;
constexpr int kPortMax = 65535;

void ReadPassword(Call& call, std::string& hash) {
  const std::string given = call.parameters.Text("MasterUserPassword");
  if (given.empty()) return;
  if (!IsPassword(given)) {
    call.parameters.FailValue(
        "The parameter MasterUserPassword is not a valid password: 8 to 41 printable ASCII "
        "characters besides '/', '@', '\"', ' '.");
    return;
  }
  hash = node::PasswordHash(given);  // all that is kept of it
}

void ReadGroups(Call& call, Cluster& cluster) {
  const auto groups = call.parameters.List("VpcSecurityGroupIds.VpcSecurityGroupId");
  if (groups.empty()) return;
  for (const std::string& id : groups) {
    if (!call.region.security_groups.contains(id)) {
      call.parameters.FailValue(fmt::format("The security group '{}' does not exist", id));
    }
  }
  cluster.security_groups = groups;
}

}  // namespace

Cluster* FindCluster(Call& call, const std::string& id) {
  if (!call.ok()) return nullptr;
  const auto found = call.region.clusters.find(id);
  if (found != call.region.clusters.end()) return &found->second;
  call.Fail(404, "DBClusterNotFoundFault", fmt::format("DBCluster {} not found.", id));
  return nullptr;
}

void ChooseMode(Call& call, const std::string& otherwise, Cluster& cluster) {
  const std::string mode = call.parameters.Text("EngineMode");
  cluster.engine_mode = mode.empty() ? otherwise : mode;
  if (cluster.engine_mode != "provisioned" && cluster.engine_mode != "multimaster") {
    call.parameters.FailValue(
        fmt::format("The engine mode {} is not there: provisioned (one writer) "
                    "and multimaster are.",
                    mode));
  }
}

void ChooseEngine(Call& call, Cluster& cluster) {
  const std::string name = call.parameters.Required("Engine");
  const std::string version = call.parameters.Text("EngineVersion");
  if (!call.ok()) return;
  if (FindEngine(name, "") == nullptr) {
    call.parameters.FailValue(
        fmt::format("Invalid DB engine: {}; aurora and aurora-mysql are there.", name));
    return;
  }
  const Engine* engine = FindEngine(name, version);
  if (engine == nullptr) {
    call.Fail(400, "InvalidParameterCombination",
              fmt::format("Cannot find version {} for {}.", version, name));
    return;
  }
  cluster.engine = name;
  cluster.engine_version = engine->version;
  ChooseMode(call, "provisioned", cluster);
}

void ReadChangeable(Call& call, Cluster& cluster, std::string& password_hash) {
  ReadPassword(call, password_hash);
  ReadGroups(call, cluster);
  cluster.port =
      static_cast<uint16_t>(call.parameters.Number("Port", cluster.port, kPortMin, kPortMax));
  cluster.retention_days =
      call.parameters.Number("BackupRetentionPeriod", cluster.retention_days, 1, 35);
  cluster.deletion_protection =
      call.parameters.Flag("DeletionProtection", cluster.deletion_protection);
  cluster.copy_tags = call.parameters.Flag("CopyTagsToSnapshot", cluster.copy_tags);
  if (call.parameters.Has("DBClusterParameterGroupName")) {
    cluster.parameter_group = IdOrArn(call, "DBClusterParameterGroupName");
    if (!call.region.cluster_parameter_groups.contains(cluster.parameter_group)) {
      call.Fail(404, "DBClusterParameterGroupNotFound",
                fmt::format("DBClusterParameterGroup not found: {}", cluster.parameter_group));
    }
  }
  const auto text = [&](const char* name, std::string& into) {
    if (call.parameters.Has(name)) into = call.parameters.Text(name).substr(0, 64);
  };
  text("PreferredBackupWindow", cluster.backup_window);
  if (!ParseDailyWindow(cluster.backup_window)) {
    call.parameters.FailValue(fmt::format(
        "PreferredBackupWindow must be hh:mm-hh:mm, of at least {} minutes.", kWindowMinutesMin));
  }
  ReadMaintenanceWindow(call, cluster.maintenance_window);
}

void ReadMaintenanceWindow(Call& call, std::string& window) {
  if (!call.parameters.Has("PreferredMaintenanceWindow")) return;
  window = ToLower(call.parameters.Text("PreferredMaintenanceWindow"));
  if (ParseWeeklyWindow(window)) return;
  call.parameters.FailValue(
      fmt::format("PreferredMaintenanceWindow must be ddd:hh:mm-ddd:hh:mm, of at least {} minutes "
                  "and less than a day.",
                  kWindowMinutesMin));
}

void CheckDatabase(Call& call, const std::string& name) {
  const bool good =
      name.size() <= 64 && name.find('`') == std::string::npos &&
      name.find('/') == std::string::npos && name.find('\\') == std::string::npos &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!good) call.parameters.FailValue("DatabaseName must be 1 to 64 letters, digits and signs.");
}

void ReadPlacement(Call& call, Cluster& cluster) {
  cluster.security_groups = {std::string(kDefaultGroupId)};
  cluster.tags = ReadTags(call);
  if (call.parameters.Has("DBSubnetGroupName")) {
    cluster.subnet_group = ToLower(call.parameters.Text("DBSubnetGroupName"));
  }
  if (call.ok() && !call.region.subnet_groups.contains(cluster.subnet_group)) {
    call.Fail(404, "DBSubnetGroupNotFoundFault",
              fmt::format("DBSubnetGroup {} not found.", cluster.subnet_group));
  }
}

void AddCluster(Call& call, Cluster cluster) {
  if (!call.ok()) return;
  if (call.region.clusters.contains(cluster.id)) {
    return call.Fail(400, "DBClusterAlreadyExistsFault", "DB Cluster already exists");
  }
  if (call.region.clusters.size() >= kClustersMax) {
    return call.Fail(403, "DBClusterQuotaExceededFault",
                     fmt::format("There are {} clusters, and no more may be.", kClustersMax));
  }
  cluster.resource_id = "cluster-" + call.settings.random_hex(24);
  cluster.directory = "c" + call.settings.random_hex(10);
  cluster.endpoint_address = FreeEndpointAddress(call);
  cluster.created_us = call.now_us;
  call.result.Add("DBCluster", DescribeCluster(call, cluster));
  call.region.clusters[cluster.id] = std::move(cluster);
}

}  // namespace borealis::control
