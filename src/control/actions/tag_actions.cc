// Tags on clusters, instances, snapshots and subnet groups; events.
#include <fmt/core.h>

#include <algorithm>

#include "control/actions/actions.h"
#include "control/api/times.h"

namespace borealis::control {
namespace {

template <typename Map>
Tags* TagsIn(Call& call, Map& map, const std::string& name, const char* code) {
  const auto found = map.find(name);
  if (found != map.end()) return &found->second.tags;
  call.Fail(404, code, fmt::format("{} not found.", name));
  return nullptr;
}

// The tags of what the parameter ResourceName, an ARN, names.
Tags* FindTags(Call& call) {
  const std::string arn = call.parameters.Required("ResourceName");
  if (!call.ok()) return nullptr;
  std::string name;
  const auto is = [&](const char* kind) {
    const std::string prefix = MakeArn(call.settings, kind, "");
    if (arn.starts_with(prefix)) name = arn.substr(prefix.size());
    return arn.starts_with(prefix);
  };
  Region& region = call.region;
  if (is("cluster")) return TagsIn(call, region.clusters, name, "DBClusterNotFoundFault");
  if (is("db")) return TagsIn(call, region.instances, name, "DBInstanceNotFound");
  if (is("subgrp")) return TagsIn(call, region.subnet_groups, name, "DBSubnetGroupNotFoundFault");
  if (is("pg")) {
    return TagsIn(call, region.instance_parameter_groups, name, "DBParameterGroupNotFound");
  }
  if (is("cluster-pg")) {
    return TagsIn(call, region.cluster_parameter_groups, name, "DBParameterGroupNotFound");
  }
  if (is("cluster-endpoint")) {
    return TagsIn(call, region.endpoints, name, "DBClusterEndpointNotFoundFault");
  }
  if (is("cluster-snapshot")) {
    return TagsIn(call, region.snapshots, name, "DBClusterSnapshotNotFoundFault");
  }
  call.parameters.FailValue(fmt::format("Invalid resource name: {}", arn));
  return nullptr;
}

void AddTags(Call& call) {
  Tags* tags = FindTags(call);
  const Tags added = ReadTags(call);
  if (!call.ok()) return;
  for (const auto& [key, value] : added) (*tags)[key] = value;
  if (tags->size() > kTagsMax) call.parameters.FailValue("At most 50 tags.");
}

void ListTags(Call& call) {
  const Tags* tags = FindTags(call);
  if (tags != nullptr) AddTagList(call.result, "TagList", *tags);
}

void RemoveTags(Call& call) {
  Tags* tags = FindTags(call);
  if (!call.ok()) return;
  for (const std::string& key : call.parameters.List("TagKeys.member")) tags->erase(key);
}

struct EventRange {
  int64_t from_us = 0;
  int64_t to_us = INT64_MAX;
};

EventRange ReadRange(Call& call) {
  EventRange range;
  const int minutes = call.parameters.Number("Duration", 60, 1, 20160);
  range.from_us = call.now_us - minutes * 60'000'000LL;
  for (const char* name : {"StartTime", "EndTime"}) {
    const std::string text = call.parameters.Text(name);
    if (text.empty()) continue;
    const auto time_us = ReadTime(text);
    if (!time_us) call.parameters.FailValue(fmt::format("{} is not a time.", name));
    (*name == 'S' ? range.from_us : range.to_us) = time_us.value_or(0);
  }
  return range;
}

void DescribeEvents(Call& call) {
  const std::string type = call.parameters.Text("SourceType");
  const std::string source = ToLower(call.parameters.Text("SourceIdentifier"));
  const auto categories = call.parameters.List("EventCategories.EventCategory");
  if (!source.empty() && type.empty()) {
    call.Fail(400, "InvalidParameterCombination", "SourceIdentifier needs SourceType.");
  }
  const EventRange range = ReadRange(call);
  if (!call.ok()) return;
  std::vector<Value> found;
  for (const auto& [number, event] : call.region.events) {
    if (event.time_us < range.from_us || event.time_us > range.to_us) continue;
    if (!type.empty() && event.source_type != type) continue;
    if (!source.empty() && event.source_id != source) continue;
    if (!categories.empty() &&
        std::find(categories.begin(), categories.end(), event.category) == categories.end()) {
      continue;
    }
    Value list = Value::List("EventCategory");
    list.Append(event.category);
    const char* kind = event.source_type == "db-cluster"            ? "cluster"
                       : event.source_type == "db-cluster-snapshot" ? "cluster-snapshot"
                                                                    : "db";
    found.push_back(Value::Record()
                        .Add("SourceIdentifier", event.source_id)
                        .Add("SourceType", event.source_type)
                        .Add("Message", event.message)
                        .Add("EventCategories", std::move(list))
                        .AddTime("Date", event.time_us)
                        .Add("SourceArn", MakeArn(call.settings, kind, event.source_id)));
  }
  AddPage(call, "Events", "Event", std::move(found));
}

}  // namespace

ActionTable TagActions() {
  return {{"AddTagsToResource", AddTags},
          {"ListTagsForResource", ListTags},
          {"RemoveTagsFromResource", RemoveTags},
          {"DescribeEvents", DescribeEvents}};
}

}  // namespace borealis::control
