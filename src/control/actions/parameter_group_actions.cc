// Parameter groups of clusters and of instances: the same twice, under other names.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/model/parameter_catalogue.h"

namespace borealis::control {
namespace {

constexpr size_t kGroupsMax = 50;
constexpr size_t kParametersMax = 20;  // changed by one request, as in RDS

using Groups = std::map<std::string, ParameterGroup>;

struct OfInstances {
  static constexpr char kName[] = "DBParameterGroupName";
  static constexpr char kRecord[] = "DBParameterGroup";
  static constexpr char kList[] = "DBParameterGroups";
  static constexpr char kArn[] = "DBParameterGroupArn";
  static constexpr char kArnKind[] = "pg";
  static Groups& In(Region& region) { return region.instance_parameter_groups; }
  static bool IsUsed(const Region& region, const std::string& name) {
    return std::ranges::any_of(region.instances,
                               [&](const auto& i) { return i.second.parameter_group == name; });
  }
};

struct OfClusters {
  static constexpr char kName[] = "DBClusterParameterGroupName";
  static constexpr char kRecord[] = "DBClusterParameterGroup";
  static constexpr char kList[] = "DBClusterParameterGroups";
  static constexpr char kArn[] = "DBClusterParameterGroupArn";
  static constexpr char kArnKind[] = "cluster-pg";
  static Groups& In(Region& region) { return region.cluster_parameter_groups; }
  static bool IsUsed(const Region& region, const std::string& name) {
    return std::ranges::any_of(region.clusters,
                               [&](const auto& c) { return c.second.parameter_group == name; });
  }
};

template <typename Kind>
Value Describe(const Call& call, const ParameterGroup& group) {
  return Value::Record()
      .Add(Kind::kName, group.name)
      .Add("DBParameterGroupFamily", kParameterFamily)
      .Add("Description", group.description)
      .Add(Kind::kArn, MakeArn(call.settings, Kind::kArnKind, group.name));
}

template <typename Kind>
ParameterGroup* FindGroup(Call& call) {
  (void)call.parameters.Required(Kind::kName);
  const std::string name = IdOrArn(call, Kind::kName);
  if (!call.ok()) return nullptr;
  const auto found = Kind::In(call.region).find(name);
  if (found != Kind::In(call.region).end()) return &found->second;
  call.Fail(404, "DBParameterGroupNotFound",
            fmt::format("{} doesn't exist: {}", Kind::kRecord, name));
  return nullptr;
}

// One that may be changed.
template <typename Kind>
ParameterGroup* FindOwnGroup(Call& call) {
  ParameterGroup* group = FindGroup<Kind>(call);
  if (group == nullptr || group->name != kDefaultParameterGroup) return group;
  call.Fail(
      400, "InvalidDBParameterGroupState",
      fmt::format("{} is the default and stays as it is; make a group of your own.", group->name));
  return nullptr;
}

// False, and the call has failed: there is another one only.
bool CheckFamily(Call& call, const std::string& family) {
  if (family == kParameterFamily) return true;
  call.parameters.FailValue(
      fmt::format("ParameterGroupFamily {} is not there; {} is.", family, kParameterFamily));
  return false;
}

template <typename Kind>
void Create(Call& call) {
  ParameterGroup group;
  group.name = call.parameters.Identifier(Kind::kName);
  const std::string family = call.parameters.Required("DBParameterGroupFamily");
  group.description = call.parameters.Required("Description").substr(0, 255);
  group.tags = ReadTags(call);
  if (!call.ok() || !CheckFamily(call, family)) return;
  Groups& groups = Kind::In(call.region);
  if (groups.contains(group.name)) {
    return call.Fail(400, "DBParameterGroupAlreadyExists",
                     fmt::format("Parameter group {} already exists", group.name));
  }
  if (groups.size() >= kGroupsMax) {
    return call.Fail(400, "DBParameterGroupQuotaExceeded",
                     fmt::format("There are {} parameter groups, and no more may be.", kGroupsMax));
  }
  call.result.Add(Kind::kRecord, Describe<Kind>(call, group));
  groups[group.name] = std::move(group);
}

template <typename Kind>
void DescribeGroups(Call& call) {
  const std::string name = IdOrArn(call, Kind::kName);
  if (!name.empty() && FindGroup<Kind>(call) == nullptr) return;
  std::vector<Value> found;
  for (const auto& [id, group] : Kind::In(call.region)) {
    if (name.empty() || id == name) found.push_back(Describe<Kind>(call, group));
  }
  AddPage(call, Kind::kList, Kind::kRecord, std::move(found));
}

template <typename Kind>
void Delete(Call& call) {
  const ParameterGroup* group = FindOwnGroup<Kind>(call);
  if (group == nullptr) return;
  if (Kind::IsUsed(call.region, group->name)) {
    return call.Fail(400, "InvalidDBParameterGroupState",
                     fmt::format("{} is in use.", group->name));
  }
  Kind::In(call.region).erase(std::string(group->name));
}

// "Parameters.Parameter.N": calls `change` with the parameter, its value and whether it is to take
// effect at once.
template <typename Change>
void ForEachParameter(Call& call, const Change& change) {
  size_t n = 1;
  for (; n <= kParametersMax; ++n) {
    const std::string prefix = fmt::format("Parameters.Parameter.{}", n);
    if (!call.parameters.HasUnder(prefix)) break;
    const std::string name = call.parameters.Required(prefix + ".ParameterName");
    const std::string method = call.parameters.Text(prefix + ".ApplyMethod");
    const ParameterInfo* info = FindParameter(name);
    if (!call.ok()) return;
    if (info == nullptr) {
      return call.parameters.FailValue(fmt::format("Could not find parameter with name: {}", name));
    }
    if (method == "immediate" && !info->dynamic) {
      return call.Fail(
          400, "InvalidParameterCombination",
          fmt::format("Cannot use immediate apply method for static parameter: {}", name));
    }
    change(*info, call.parameters.Text(prefix + ".ParameterValue"),
           info->dynamic && method != "pending-reboot");
  }
  if (call.parameters.HasUnder(fmt::format("Parameters.Parameter.{}", kParametersMax + 1))) {
    call.parameters.FailValue(fmt::format("At most {} parameters at once.", kParametersMax));
  }
}

template <typename Kind>
void Modify(Call& call) {
  ParameterGroup* group = FindOwnGroup<Kind>(call);
  if (group == nullptr) return;
  bool any = false;
  ForEachParameter(call, [&](const ParameterInfo& info, const std::string& value, bool immediate) {
    any = true;
    if (!IsAllowed(info, value)) {
      return call.parameters.FailValue(
          fmt::format("Invalid parameter value: {} for: {} allowed "
                      "values are: {}",
                      value.substr(0, 64), info.name, info.allowed));
    }
    group->values[std::string(info.name)] = {value, immediate};
  });
  if (!any && call.ok()) {
    return call.Fail(400, "MissingParameter", "The request must contain the parameter Parameters.");
  }
  call.result.Add(Kind::kName, group->name);
}

template <typename Kind>
void Reset(Call& call) {
  ParameterGroup* group = FindOwnGroup<Kind>(call);
  if (group == nullptr) return;
  if (call.parameters.Flag("ResetAllParameters", false)) group->values.clear();
  ForEachParameter(call, [&](const ParameterInfo& info, const std::string&, bool) {
    group->values.erase(std::string(info.name));
  });
  call.result.Add(Kind::kName, group->name);
}

Value DescribeParameter(const ParameterInfo& info, const ParameterValue* value) {
  const bool pending = !info.dynamic || (value != nullptr && !value->immediate);
  Value record = Value::Record().Add("ParameterName", info.name);
  if (value != nullptr) record.Add("ParameterValue", value->value);
  return record.Add("Description", info.description)
      .Add("Source", value != nullptr ? "user" : "engine-default")
      .Add("ApplyType", info.dynamic ? "dynamic" : "static")
      .Add("DataType", info.type)
      .Add("AllowedValues", info.allowed)
      .Add("IsModifiable", true)
      .Add("ApplyMethod", pending ? "pending-reboot" : "immediate");
}

template <typename Kind>
void DescribeParameters(Call& call) {
  const ParameterGroup* group = FindGroup<Kind>(call);
  if (group == nullptr) return;
  const std::string source = call.parameters.Text("Source");
  std::vector<Value> found;
  for (const ParameterInfo& info : ParameterCatalogue()) {
    const auto value = group->values.find(std::string(info.name));
    const bool set = value != group->values.end();
    if (!source.empty() && source != (set ? "user" : "engine-default")) continue;
    found.push_back(DescribeParameter(info, set ? &value->second : nullptr));
  }
  AddPage(call, "Parameters", "Parameter", std::move(found));
}

void DescribeDefaults(Call& call) {
  const std::string family = call.parameters.Required("DBParameterGroupFamily");
  if (!call.ok() || !CheckFamily(call, family)) return;
  Value list = Value::List("Parameter");
  for (const ParameterInfo& info : ParameterCatalogue()) {
    list.Append(DescribeParameter(info, nullptr));
  }
  call.result.Add(
      "EngineDefaults",
      Value::Record().Add("DBParameterGroupFamily", family).Add("Parameters", std::move(list)));
}

}  // namespace

ActionTable ParameterGroupActions() {
  return {{"CreateDBParameterGroup", Create<OfInstances>},
          {"DescribeDBParameterGroups", DescribeGroups<OfInstances>},
          {"ModifyDBParameterGroup", Modify<OfInstances>},
          {"ResetDBParameterGroup", Reset<OfInstances>},
          {"DeleteDBParameterGroup", Delete<OfInstances>},
          {"DescribeDBParameters", DescribeParameters<OfInstances>},
          {"DescribeEngineDefaultParameters", DescribeDefaults},
          {"CreateDBClusterParameterGroup", Create<OfClusters>},
          {"DescribeDBClusterParameterGroups", DescribeGroups<OfClusters>},
          {"ModifyDBClusterParameterGroup", Modify<OfClusters>},
          {"ResetDBClusterParameterGroup", Reset<OfClusters>},
          {"DeleteDBClusterParameterGroup", Delete<OfClusters>},
          {"DescribeDBClusterParameters", DescribeParameters<OfClusters>},
          {"DescribeEngineDefaultClusterParameters", DescribeDefaults}};
}

}  // namespace borealis::control
