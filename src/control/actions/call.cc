#include "control/actions/call.h"

#include <fmt/core.h>

#include <algorithm>

#include "control/model/parameter_catalogue.h"
#include "control/model/place.h"

namespace borealis::control {
namespace {

constexpr int kPageMin = 20;
constexpr int kPageMax = 100;

}  // namespace

std::string MakeArn(const Settings& settings, std::string_view kind, std::string_view name) {
  return fmt::format("arn:aws:rds:{}:{}:{}:{}", settings.region, kAccountId, kind, name);
}

std::string KeyArn(const Settings& settings) {
  return fmt::format("arn:aws:kms:{}:{}:key/master", settings.region, kAccountId);
}

std::string IdOrArn(const Call& call, const char* parameter) {
  const std::string given = call.parameters.Text(parameter);
  if (!given.starts_with("arn:")) return ToLower(given);
  size_t begin = 0;  // a name may hold a colon itself
  for (int colons = 0; colons < 6; ++colons) begin = given.find(':', begin) + 1;
  return ToLower(given.substr(begin));
}

void AddPage(Call& call, const char* name, const char* member, std::vector<Value> items) {
  const auto size =
      static_cast<size_t>(call.parameters.Number("MaxRecords", kPageMax, kPageMin, kPageMax));
  const auto from = static_cast<size_t>(call.parameters.Number("Marker", 0, 0, 1 << 30));
  const size_t begin = std::min(from, items.size());
  const size_t end = std::min(begin + size, items.size());
  if (end < items.size()) call.result.Add("Marker", std::to_string(end));
  Value list = Value::List(member);
  for (size_t i = begin; i < end; ++i) list.Append(std::move(items[i]));
  call.result.Add(name, std::move(list));
}

Instance* FindInstance(Call& call, const std::string& id) {
  if (!call.ok()) return nullptr;
  const auto found = call.region.instances.find(id);
  if (found != call.region.instances.end()) return &found->second;
  call.Fail(404, "DBInstanceNotFound", fmt::format("DBInstance {} not found.", id));
  return nullptr;
}

Filters::Filters(Call& call, const std::vector<std::string>& known, const FilterForm& form) {
  for (int n = 1;; ++n) {
    const std::string prefix = fmt::format("{}.{}", form.prefix, n);
    if (!call.parameters.HasUnder(prefix)) return;
    const std::string name = call.parameters.Required(prefix + ".Name");
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      call.parameters.FailValue(fmt::format(fmt::runtime(form.unknown), name));
      return;
    }
    wanted_[name] = call.parameters.List(fmt::format("{}.{}", prefix, form.values));
  }
}

bool Filters::Accepts(const std::string& name, std::string_view value) const {
  const auto filter = wanted_.find(name);
  return filter == wanted_.end() ||
         std::find(filter->second.begin(), filter->second.end(), value) != filter->second.end();
}

Tags ReadTags(Call& call) {
  Tags tags;
  for (int n = 1;; ++n) {
    const std::string prefix = fmt::format("Tags.Tag.{}", n);
    if (!call.parameters.HasUnder(prefix)) return tags;
    const std::string key = call.parameters.Required(prefix + ".Key");
    const std::string value = call.parameters.Text(prefix + ".Value");
    if (key.size() > 128 || value.size() > 256 || tags.size() >= kTagsMax) {
      call.parameters.FailValue("At most 50 tags, with keys of up to 128 and values of up to 256.");
      return {};
    }
    tags[key] = value;
  }
}

void AddTagList(Value& record, const std::string& name, const Tags& tags) {
  Value list = Value::List("Tag");
  for (const auto& [key, value] : tags) {
    list.Append(Value::Record().Add("Key", key).Add("Value", value));
  }
  record.Add(name, std::move(list));
}

void AddDefaults(const Settings& settings, Region& region) {
  const std::string id(kDefaultGroupId);
  if (!region.security_groups.contains(id)) {
    SecurityGroup group;
    group.id = id;
    group.name = "default";
    group.description = "default VPC security group";
    group.vpc = kVpcId;
    region.security_groups[id] = std::move(group);
  }
  if (!region.subnet_groups.contains("default")) {
    SubnetGroup group{"default", "all subnets of the default VPC", {}, {}};
    for (const Subnet& subnet : SubnetsOf(settings.region)) group.subnets.push_back(subnet.id);
    region.subnet_groups["default"] = group;
  }
  const std::string name(kDefaultParameterGroup);
  region.instance_parameter_groups[name] = {name, "as the server ships", {}, {}};
  region.cluster_parameter_groups[name] = {name, "as the server ships", {}, {}};
}

}  // namespace borealis::control
