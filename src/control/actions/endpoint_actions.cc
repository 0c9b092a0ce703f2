// Create, describe, modify, delete: endpoints of clusters. The one that each cluster has from the
// start is shown, too.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/actions/addresses.h"
#include "control/actions/cluster_choices.h"
#include "control/model/names.h"

namespace borealis::control {
namespace {

constexpr size_t kEndpointsMax = 20;

Value NameList(const std::vector<std::string>& names) {
  Value list = Value::List("member");
  for (const std::string& name : names) list.Append(name);
  return list;
}

// The members of an endpoint's record, as the answers of single actions have them, too.
void Describe(const Call& call, const ClusterEndpoint& endpoint, Value& record) {
  record.Add("DBClusterEndpointIdentifier", endpoint.id)
      .Add("DBClusterIdentifier", endpoint.cluster)
      .Add("DBClusterEndpointResourceIdentifier", endpoint.resource_id)
      .Add("Endpoint", EndpointOf(call.settings.names, endpoint))
      .Add("Status", endpoint.status)
      .Add("EndpointType", "CUSTOM")
      .Add("CustomEndpointType", endpoint.type)
      .Add("StaticMembers", NameList(endpoint.static_members))
      .Add("ExcludedMembers", NameList(endpoint.excluded_members))
      .Add("DBClusterEndpointArn", MakeArn(call.settings, "cluster-endpoint", endpoint.id));
}

ClusterEndpoint* FindEndpoint(Call& call) {
  const std::string id = call.parameters.Identifier("DBClusterEndpointIdentifier");
  if (!call.ok()) return nullptr;
  const auto found = call.region.endpoints.find(id);
  if (found != call.region.endpoints.end()) return &found->second;
  call.Fail(400, "DBClusterEndpointNotFoundFault",
            fmt::format("DBClusterEndpoint {} not found.", id));
  return nullptr;
}

std::vector<std::string> ReadMembers(Call& call, const char* parameter,
                                     const std::string& cluster) {
  std::vector<std::string> members;
  for (const std::string& name : call.parameters.List(std::string(parameter) + ".member")) {
    members.push_back(ToLower(name));
    const auto instance = call.region.instances.find(members.back());
    if (instance == call.region.instances.end() || instance->second.cluster != cluster) {
      call.Fail(404, "DBInstanceNotFound",
                fmt::format("DBInstance {} not found in cluster {}.", name, cluster));
    }
  }
  return members;
}

void ReadChoice(Call& call, ClusterEndpoint& endpoint) {
  if (call.parameters.Has("EndpointType")) endpoint.type = call.parameters.Text("EndpointType");
  if (endpoint.type != "ANY" && endpoint.type != "WRITER") {
    call.parameters.FailValue("EndpointType is ANY or WRITER: every instance is a writer.");
  }
  const bool fixed = call.parameters.HasUnder("StaticMembers");
  const bool excluded = call.parameters.HasUnder("ExcludedMembers");
  if (fixed && excluded) {
    return call.Fail(400, "InvalidParameterCombination",
                     "StaticMembers and ExcludedMembers can't be given together.");
  }
  if (fixed) {
    endpoint.static_members = ReadMembers(call, "StaticMembers", endpoint.cluster);
    endpoint.excluded_members.clear();
  }
  if (excluded) {
    endpoint.excluded_members = ReadMembers(call, "ExcludedMembers", endpoint.cluster);
    endpoint.static_members.clear();
  }
}

void CreateEndpoint(Call& call) {
  ClusterEndpoint endpoint;
  endpoint.id = call.parameters.Identifier("DBClusterEndpointIdentifier");
  endpoint.cluster = call.parameters.Identifier("DBClusterIdentifier");
  endpoint.type = call.parameters.Required("EndpointType");
  const Cluster* cluster = FindCluster(call, endpoint.cluster);
  if (cluster == nullptr) return;
  if (cluster->status == "deleting" || cluster->status == "failed") {
    return call.Fail(400, "InvalidDBClusterStateFault",
                     fmt::format("DB cluster {} is {}.", cluster->id, cluster->status));
  }
  ReadChoice(call, endpoint);
  endpoint.tags = ReadTags(call);
  if (!call.ok()) return;
  if (call.region.endpoints.contains(endpoint.id)) {
    return call.Fail(400, "DBClusterEndpointAlreadyExistsFault",
                     fmt::format("DBClusterEndpoint {} already exists.", endpoint.id));
  }
  if (call.region.endpoints.size() >= kEndpointsMax) {
    return call.Fail(
        403, "DBClusterEndpointQuotaExceededFault",
        fmt::format("There are {} custom endpoints, and no more may be.", kEndpointsMax));
  }
  endpoint.resource_id = "cluster-endpoint-" + ToUpper(call.settings.random_hex(26));
  endpoint.address = FreeEndpointAddress(call);
  Describe(call, endpoint, call.result);
  call.region.endpoints[endpoint.id] = std::move(endpoint);
}

void DescribeEndpoints(Call& call) {
  const std::string cluster_id = IdOrArn(call, "DBClusterIdentifier");
  const std::string id = ToLower(call.parameters.Text("DBClusterEndpointIdentifier"));
  const Filters filters(call, {"db-cluster-endpoint-type", "db-cluster-endpoint-custom-type",
                               "db-cluster-endpoint-id", "db-cluster-endpoint-status"});
  if (!cluster_id.empty() && FindCluster(call, cluster_id) == nullptr) return;
  std::vector<Value> found;
  for (const auto& [name, cluster] : call.region.clusters) {
    if (!id.empty() || (!cluster_id.empty() && name != cluster_id) ||
        !filters.Accepts("db-cluster-endpoint-type", "WRITER") ||
        !filters.Accepts("db-cluster-endpoint-id", "") ||
        !filters.Accepts("db-cluster-endpoint-custom-type", "") ||
        !filters.Accepts("db-cluster-endpoint-status", "available")) {
      continue;
    }
    found.push_back(Value::Record()
                        .Add("DBClusterIdentifier", name)
                        .Add("Endpoint", EndpointOf(call.settings.names, cluster))
                        .Add("Status", "available")
                        .Add("EndpointType", "WRITER"));
  }
  for (const auto& [name, endpoint] : call.region.endpoints) {
    if ((!id.empty() && name != id) || (!cluster_id.empty() && endpoint.cluster != cluster_id) ||
        !filters.Accepts("db-cluster-endpoint-type", "CUSTOM") ||
        !filters.Accepts("db-cluster-endpoint-id", name) ||
        !filters.Accepts("db-cluster-endpoint-custom-type", endpoint.type) ||
        !filters.Accepts("db-cluster-endpoint-status", endpoint.status)) {
      continue;
    }
    Value record = Value::Record();
    Describe(call, endpoint, record);
    found.push_back(std::move(record));
  }
  AddPage(call, "DBClusterEndpoints", "DBClusterEndpointList", std::move(found));
}

void ModifyEndpoint(Call& call) {
  ClusterEndpoint* endpoint = FindEndpoint(call);
  if (endpoint == nullptr) return;
  ReadChoice(call, *endpoint);
  Describe(call, *endpoint, call.result);
}

void DeleteEndpoint(Call& call) {
  ClusterEndpoint* endpoint = FindEndpoint(call);
  if (endpoint == nullptr) return;
  endpoint->status = "deleting";
  Describe(call, *endpoint, call.result);
  call.region.endpoints.erase(std::string(endpoint->id));
}

}  // namespace

ActionTable EndpointActions() {
  return {{"CreateDBClusterEndpoint", CreateEndpoint},
          {"DescribeDBClusterEndpoints", DescribeEndpoints},
          {"ModifyDBClusterEndpoint", ModifyEndpoint},
          {"DeleteDBClusterEndpoint", DeleteEndpoint}};
}

}  // namespace borealis::control
