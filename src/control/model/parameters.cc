#include "control/model/parameters.h"

#include <vector>

#include "control/model/parameter_catalogue.h"

namespace borealis::control {
namespace {

std::vector<const ParameterGroup*> GroupsOf(const Region& region, const Instance& instance) {
  std::vector<const ParameterGroup*> groups;
  const auto add = [&](const std::map<std::string, ParameterGroup>& map, const std::string& name) {
    const auto found = map.find(name);
    if (found != map.end()) groups.push_back(&found->second);
  };
  const auto cluster = region.clusters.find(instance.cluster);
  if (cluster != region.clusters.end()) {
    add(region.cluster_parameter_groups, cluster->second.parameter_group);
  }
  add(region.instance_parameter_groups, instance.parameter_group);
  return groups;
}

// A group that sets it for the next reboot only.
bool Waits(const Region& region, const Instance& instance, const std::string& name) {
  bool waits = false;
  for (const ParameterGroup* group : GroupsOf(region, instance)) {
    const auto value = group->values.find(name);
    if (value != group->values.end()) waits = !value->second.immediate;
  }
  return waits;
}

}  // namespace

ParameterValues WantedParameters(const Region& region, const Instance& instance) {
  ParameterValues wanted;
  for (const ParameterGroup* group : GroupsOf(region, instance)) {
    for (const auto& [name, value] : group->values) wanted[name] = value.value;
  }
  return wanted;
}

ParameterDifference DifferenceOf(const Region& region, const Instance& instance) {
  ParameterDifference difference;
  const ParameterValues wanted = WantedParameters(region, instance);
  const auto differ = [&](const std::string& name, const std::string& value) {
    const ParameterInfo* info = FindParameter(name);
    if (info == nullptr || !info->dynamic || Waits(region, instance, name)) {
      difference.waits = true;
    } else {
      difference.now[name] = value;
    }
  };
  for (const auto& [name, value] : wanted) {
    const auto running = instance.parameters.find(name);
    if (running == instance.parameters.end() || running->second != value) differ(name, value);
  }
  for (const auto& [name, value] : instance.parameters) {
    if (!wanted.contains(name)) differ(name, kDefaultValue);
  }
  return difference;
}

}  // namespace borealis::control
