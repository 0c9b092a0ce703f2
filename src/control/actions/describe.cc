#include "control/actions/describe.h"

#include <algorithm>

#include "control/model/names.h"
#include "control/model/parameters.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

Value SecurityGroupList(const Cluster* cluster) {
  Value groups = Value::List("VpcSecurityGroupMembership");
  if (cluster == nullptr) return groups;
  for (const std::string& id : cluster->security_groups) {
    groups.Append(Value::Record().Add("VpcSecurityGroupId", id).Add("Status", "active"));
  }
  return groups;
}

const char* ApplyStatus(const Region& region, const Instance& instance) {
  if (instance.status == "creating") return "in-sync";  // it starts with them
  const ParameterDifference difference = DifferenceOf(region, instance);
  return difference.waits ? "pending-reboot" : difference.now.empty() ? "in-sync" : "applying";
}

Value CustomEndpoints(const Call& call, const Cluster& cluster) {
  Value list = Value::List("member");
  for (const auto& [id, endpoint] : call.region.endpoints) {
    if (endpoint.cluster == cluster.id) list.Append(EndpointOf(call.settings.names, endpoint));
  }
  return list;
}

void AddMembers(const Region& region, const Cluster& cluster, Value& record) {
  Value members = Value::List("DBClusterMember");
  for (const Instance* instance : region.InstancesOf(cluster.id)) {
    members.Append(Value::Record()
                       .Add("DBInstanceIdentifier", instance->id)
                       .Add("IsClusterWriter", true)
                       .Add("DBClusterParameterGroupStatus", ApplyStatus(region, *instance))
                       .Add("PromotionTier", instance->promotion_tier));
  }
  record.Add("DBClusterMembers", std::move(members));
}

}  // namespace

Value DescribeCluster(const Call& call, const Cluster& cluster) {
  const Region& region = call.region;
  const Settings& settings = call.settings;
  Value zones = Value::List("AvailabilityZone");
  for (const std::string& zone : ZonesOf(settings.region)) zones.Append(zone);
  Value record = Value::Record();
  record.Add("AllocatedStorage", 1)
      .Add("AvailabilityZones", std::move(zones))
      .Add("BackupRetentionPeriod", cluster.retention_days)
      .AddIfSet("DatabaseName", cluster.database)
      .Add("DBClusterIdentifier", cluster.id)
      .Add("DBClusterParameterGroup", cluster.parameter_group)
      .Add("DBSubnetGroup", cluster.subnet_group)
      .Add("Status", cluster.status)
      .AddIfSet("Endpoint", EndpointOf(settings.names, cluster))
      .Add("CustomEndpoints", CustomEndpoints(call, cluster))
      .Add("MultiAZ", region.InstancesOf(cluster.id).size() > 1)
      .Add("Engine", cluster.engine)
      .Add("EngineVersion", cluster.engine_version);
  const auto span = call.restorable.find(cluster.resource_id);
  if (span != call.restorable.end() && cluster.status != "deleting") {
    record.AddTime("EarliestRestorableTime", span->second.earliest_us)
        .AddTime("LatestRestorableTime", span->second.latest_us);
  }
  record.Add("Port", int{cluster.port})
      .Add("MasterUsername", cluster.master_user)
      .Add("PreferredBackupWindow", cluster.backup_window)
      .Add("PreferredMaintenanceWindow", cluster.maintenance_window);
  if (!cluster.waiting_password_hash.empty() || !cluster.waiting_version.empty()) {
    record.Add(
        "PendingModifiedValues",
        Value::Record()
            .AddIfSet("MasterUserPassword", cluster.waiting_password_hash.empty() ? "" : "****")
            .AddIfSet("EngineVersion", cluster.waiting_version));
  }
  AddMembers(region, cluster, record);
  record.Add("VpcSecurityGroups", SecurityGroupList(&cluster))
      .Add("StorageEncrypted", cluster.encrypted)
      .AddIfSet("KmsKeyId", cluster.encrypted ? KeyArn(settings) : "")
      .Add("DbClusterResourceId", cluster.resource_id)
      .Add("DBClusterArn", MakeArn(settings, "cluster", cluster.id))
      .Add("AssociatedRoles", Value::List("DBClusterRole"))
      .Add("IAMDatabaseAuthenticationEnabled", false)
      .AddTime("ClusterCreateTime", cluster.created_us)
      .Add("EngineMode", cluster.engine_mode)
      .Add("DeletionProtection", cluster.deletion_protection)
      .Add("HttpEndpointEnabled", false)
      .Add("CopyTagsToSnapshot", cluster.copy_tags)
      .Add("CrossAccountClone", false);
  AddTagList(record, "TagList", cluster.tags);
  return record;
}

Value DescribeInstance(const Region& region, const Settings& settings, const Instance& instance) {
  const auto found = region.clusters.find(instance.cluster);
  const Cluster* cluster = found == region.clusters.end() ? nullptr : &found->second;
  Value record = Value::Record();
  record.Add("DBInstanceIdentifier", instance.id)
      .Add("DBInstanceClass", instance.instance_class)
      .Add("Engine", cluster ? cluster->engine : "")
      .Add("DBInstanceStatus", instance.status)
      .AddIfSet("MasterUsername", cluster ? cluster->master_user : "")
      .AddIfSet("DBName", cluster ? cluster->database : "");
  if (instance.status != "creating") {
    record.Add("Endpoint", Value::Record()
                               .Add("Address", EndpointOf(settings.names, instance))
                               .Add("Port", int{instance.port})
                               .Add("HostedZoneId", "Z000000000000"));
  }
  record.Add("AllocatedStorage", 1)
      .AddTime("InstanceCreateTime", instance.status == "creating" ? 0 : instance.created_us)
      .Add("PreferredBackupWindow", cluster ? cluster->backup_window : "")
      .Add("BackupRetentionPeriod", cluster ? cluster->retention_days : 0)
      .Add("DBSecurityGroups", Value::List("DBSecurityGroup"))
      .Add("VpcSecurityGroups", SecurityGroupList(cluster));
  Value parameters = Value::List("DBParameterGroup");
  parameters.Append(Value::Record()
                        .Add("DBParameterGroupName", instance.parameter_group)
                        .Add("ParameterApplyStatus", ApplyStatus(region, instance)));
  record.Add("DBParameterGroups", std::move(parameters)).Add("AvailabilityZone", instance.zone);
  const auto subnets = region.subnet_groups.find(cluster ? cluster->subnet_group : std::string());
  if (subnets != region.subnet_groups.end()) {
    record.Add("DBSubnetGroup", DescribeSubnetGroup(settings, subnets->second));
  }
  record.Add("PreferredMaintenanceWindow", instance.maintenance_window)
      .Add("PendingModifiedValues",
           Value::Record().AddIfSet("DBInstanceClass", instance.pending_class))
      .Add("MultiAZ", false)
      .Add("EngineVersion", cluster ? cluster->engine_version : "")
      .Add("AutoMinorVersionUpgrade", instance.minor_upgrades)
      .Add("LicenseModel", "general-public-license")
      .Add("PubliclyAccessible", instance.publicly_accessible)
      .Add("StorageType", "aurora")
      .Add("DbInstancePort", 0)
      .Add("DBClusterIdentifier", instance.cluster)
      .Add("StorageEncrypted", cluster && cluster->encrypted)
      .AddIfSet("KmsKeyId", cluster && cluster->encrypted ? KeyArn(settings) : "")
      .Add("DbiResourceId", instance.resource_id)
      .Add("DomainMemberships", Value::List("DomainMembership"))
      .Add("CopyTagsToSnapshot", false)
      .Add("MonitoringInterval", 0)
      .Add("PromotionTier", instance.promotion_tier)
      .Add("DBInstanceArn", MakeArn(settings, "db", instance.id))
      .Add("IAMDatabaseAuthenticationEnabled", false)
      .Add("PerformanceInsightsEnabled", false)
      .Add("DeletionProtection", false);
  AddTagList(record, "TagList", instance.tags);
  return record;
}

Value DescribeSubnetGroup(const Settings& settings, const SubnetGroup& group) {
  Value subnets = Value::List("Subnet");
  for (const Subnet& subnet : SubnetsOf(settings.region)) {
    if (std::find(group.subnets.begin(), group.subnets.end(), subnet.id) == group.subnets.end()) {
      continue;
    }
    subnets.Append(Value::Record()
                       .Add("SubnetIdentifier", subnet.id)
                       .Add("SubnetAvailabilityZone", Value::Record().Add("Name", subnet.zone))
                       .Add("SubnetStatus", "Active"));
  }
  return Value::Record()
      .Add("DBSubnetGroupName", group.name)
      .Add("DBSubnetGroupDescription", group.description)
      .Add("VpcId", kVpcId)
      .Add("SubnetGroupStatus", "Complete")
      .Add("Subnets", std::move(subnets))
      .Add("DBSubnetGroupArn", MakeArn(settings, "subgrp", group.name));
}

}  // namespace borealis::control
