// What may be chosen: engine versions, orderable instance options.
#include "control/actions/actions.h"
#include "control/model/parameter_catalogue.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

// Later versions of the same engine: ModifyDBCluster takes these and no others.
Value UpgradeTargets(const Engine& from) {
  Value targets = Value::List("UpgradeTarget");
  for (const Engine& engine : Engines()) {
    if (engine.name != from.name || &engine <= &from) continue;
    targets.Append(Value::Record()
                       .Add("Engine", engine.name)
                       .Add("EngineVersion", engine.version)
                       .Add("Description", engine.description)
                       .Add("AutoUpgrade", false)
                       .Add("IsMajorVersionUpgrade", true));
  }
  return targets;
}

void DescribeEngineVersions(Call& call) {
  const std::string name = call.parameters.Text("Engine");
  const std::string version = call.parameters.Text("EngineVersion");
  const bool newest_only = call.parameters.Flag("DefaultOnly", false);
  const Filters filters(
      call, {"engine", "engine-version", "engine-mode", "status", "db-parameter-group-family"});
  std::vector<Value> found;
  for (const Engine& engine : Engines()) {
    if ((!name.empty() && name != engine.name) || (!version.empty() && version != engine.version)) {
      continue;
    }
    if (newest_only && FindEngine(engine.name, "") != &engine) continue;
    if (!filters.Accepts("engine", std::string(engine.name)) ||
        !filters.Accepts("engine-version", std::string(engine.version))) {
      continue;
    }
    Value modes = Value::List("member");
    modes.Append("provisioned").Append("multimaster");
    found.push_back(Value::Record()
                        .Add("Engine", engine.name)
                        .Add("EngineVersion", engine.version)
                        .Add("DBParameterGroupFamily", kParameterFamily)
                        .Add("DBEngineDescription", "Borealis")
                        .Add("DBEngineVersionDescription", engine.description)
                        .Add("ValidUpgradeTarget", UpgradeTargets(engine))
                        .Add("SupportsLogExportsToCloudwatchLogs", false)
                        .Add("SupportsReadReplica", false)
                        .Add("SupportedEngineModes", std::move(modes))
                        .Add("Status", "available")
                        .Add("SupportsParallelQuery", false)
                        .Add("SupportsGlobalDatabases", false));
  }
  AddPage(call, "DBEngineVersions", "DBEngineVersion", std::move(found));
}

Value DescribeOption(const Settings& settings, const Engine& engine, const InstanceClass& c) {
  Value zones = Value::List("AvailabilityZone");
  for (const std::string& zone : ZonesOf(settings.region)) {
    zones.Append(Value::Record().Add("Name", zone));
  }
  Value modes = Value::List("member");
  modes.Append("provisioned").Append("multimaster");
  return Value::Record()
      .Add("Engine", engine.name)
      .Add("EngineVersion", engine.version)
      .Add("DBInstanceClass", c.name)
      .Add("LicenseModel", "general-public-license")
      .Add("AvailabilityZones", std::move(zones))
      .Add("MultiAZCapable", false)
      .Add("ReadReplicaCapable", false)
      .Add("Vpc", true)
      .Add("SupportsStorageEncryption", true)
      .Add("StorageType", "aurora")
      .Add("SupportsIops", false)
      .Add("SupportsEnhancedMonitoring", false)
      .Add("SupportsIAMDatabaseAuthentication", false)
      .Add("SupportsPerformanceInsights", false)
      .Add("SupportedEngineModes", std::move(modes));
}

void DescribeOrderableOptions(Call& call) {
  const std::string name = call.parameters.Required("Engine");
  const std::string version = call.parameters.Text("EngineVersion");
  const std::string wanted = call.parameters.Text("DBInstanceClass");
  std::vector<Value> found;
  for (const Engine& engine : Engines()) {
    if (name != engine.name || (!version.empty() && version != engine.version)) continue;
    for (const InstanceClass& c : InstanceClasses()) {
      if (!wanted.empty() && wanted != c.name) continue;
      found.push_back(DescribeOption(call.settings, engine, c));
    }
  }
  AddPage(call, "OrderableDBInstanceOptions", "OrderableDBInstanceOption", std::move(found));
}

// There is one region: clients ask all the same.
void DescribeGlobalClusters(Call& call) {
  AddPage(call, "GlobalClusters", "GlobalClusterMember", {});
}

}  // namespace

ActionTable CatalogueActions() {
  return {{"DescribeGlobalClusters", DescribeGlobalClusters},
          {"DescribeDBEngineVersions", DescribeEngineVersions},
          {"DescribeOrderableDBInstanceOptions", DescribeOrderableOptions}};
}

}  // namespace borealis::control
