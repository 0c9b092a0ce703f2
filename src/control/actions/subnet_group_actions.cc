// Subnet groups. The one named "default" is always there.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "control/actions/actions.h"
#include "control/actions/describe.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

void CreateSubnetGroup(Call& call) {
  SubnetGroup group;
  group.name = ToLower(call.parameters.Required("DBSubnetGroupName"));
  group.description = call.parameters.Required("DBSubnetGroupDescription").substr(0, 300);
  group.subnets = call.parameters.List("SubnetIds.SubnetIdentifier");
  group.tags = ReadTags(call);
  if (!call.ok()) return;
  std::set<std::string> zones;
  for (const std::string& id : group.subnets) {
    const auto all = SubnetsOf(call.settings.region);
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Subnet& s) { return s.id == id; });
    if (found == all.end()) {
      return call.Fail(400, "InvalidSubnet", fmt::format("The subnet {} is not there.", id));
    }
    zones.insert(found->zone);
  }
  if (zones.size() < 2) {
    return call.Fail(400, "DBSubnetGroupDoesNotCoverEnoughAZs",
                     "The DB subnet group must cover at least two availability zones.");
  }
  if (call.region.subnet_groups.contains(group.name)) {
    return call.Fail(400, "DBSubnetGroupAlreadyExists",
                     fmt::format("The DB subnet group {} already exists.", group.name));
  }
  call.region.subnet_groups[group.name] = group;
  call.result.Add("DBSubnetGroup", DescribeSubnetGroup(call.settings, group));
}

void DescribeSubnetGroups(Call& call) {
  const std::string name = ToLower(call.parameters.Text("DBSubnetGroupName"));
  std::vector<Value> found;
  for (const auto& [id, group] : call.region.subnet_groups) {
    if (name.empty() || name == id) found.push_back(DescribeSubnetGroup(call.settings, group));
  }
  if (found.empty()) {
    return call.Fail(404, "DBSubnetGroupNotFoundFault",
                     fmt::format("DB subnet group '{}' does not exist.", name));
  }
  AddPage(call, "DBSubnetGroups", "DBSubnetGroup", std::move(found));
}

void DeleteSubnetGroup(Call& call) {
  const std::string name = ToLower(call.parameters.Required("DBSubnetGroupName"));
  if (!call.ok()) return;
  if (!call.region.subnet_groups.contains(name)) {
    return call.Fail(404, "DBSubnetGroupNotFoundFault",
                     fmt::format("DB subnet group '{}' does not exist.", name));
  }
  bool used = name == "default";
  for (const auto& [id, cluster] : call.region.clusters) used |= cluster.subnet_group == name;
  if (used) {
    return call.Fail(400, "InvalidDBSubnetGroupStateFault",
                     fmt::format("DB subnet group '{}' is in use.", name));
  }
  call.region.subnet_groups.erase(name);
}

}  // namespace

ActionTable SubnetGroupActions() {
  return {{"CreateDBSubnetGroup", CreateSubnetGroup},
          {"DescribeDBSubnetGroups", DescribeSubnetGroups},
          {"DeleteDBSubnetGroup", DeleteSubnetGroup}};
}

}  // namespace borealis::control
