#include "control/store/region_codec.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "node/password_hash.h"

namespace borealis::control {

using Json = nlohmann::json;

// Found by name by the library.
// NOLINTBEGIN(readability-identifier-naming)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Origin, snapshot, directory, until_us)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    Cluster, id, resource_id, directory, status, engine, engine_version, engine_mode, master_user,
    pending_password_hash, waiting_password_hash, waiting_version, database, database_made, origin,
    port, retention_days, backup_window, maintenance_window, endpoint_address, security_groups,
    subnet_group, parameter_group, deletion_protection, encrypted, copy_tags, tags, created_us)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Instance, id, resource_id, cluster, status,
                                                instance_class, pending_class, zone, address, port,
                                                inner_port, promotion_tier, minor_upgrades,
                                                publicly_accessible, crash_asked, stop_first,
                                                forced, parameter_group, started_with, parameters,
                                                maintenance_window, message, crash_seen_us,
                                                recovering, tags, created_us)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ClusterEndpoint, id, resource_id, cluster, address,
                                                status, type, static_members, excluded_members,
                                                tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ClusterSnapshot, id, resource_id, directory, status,
                                                message, source_id, origin, cluster, encrypted,
                                                tags, created_us)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(IngressRule, protocol, from_port, to_port, cidr,
                                                description)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SecurityGroup, id, name, description, vpc, ingress,
                                                egress, tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SubnetGroup, name, description, subnets, tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ParameterValue, value, immediate)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ParameterGroup, name, description, values, tags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Event, time_us, source_type, source_id, category,
                                                message)
// NOLINTEND(readability-identifier-naming)

namespace {

template <typename T>
std::string Dump(const T& object) {
  return Json(object).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Older releases kept a password itself until servers had it. The row is written anew with the next
// change of the region, and what was there is overwritten.
void HashPasswords(Json& cluster) {
  for (const char* name : {"pending_password", "waiting_password"}) {
    const auto old = cluster.find(name);
    if (old == cluster.end()) continue;
    cluster[std::string(name) + "_hash"] = node::PasswordHash(old->get<std::string>());
  }
}

// No number of the region has a fraction; one that is too large for an integer becomes such a one.
Json ParseWhole(const std::string& text) {
  return Json::parse(text, [](int, Json::parse_event_t event, const Json& value) {
    if (event == Json::parse_event_t::value && value.is_number_float()) {
      throw std::out_of_range("a number that is not whole, or too large");
    }
    return true;
  });
}

// What `read` knows of `given` is the same: the library cuts a number that does not fit.
bool Agrees(const Json& given, const Json& read) {
  if (given.is_object() && read.is_object()) {
    return std::ranges::all_of(given.items(), [&read](const auto& item) {
      const auto at = read.find(item.key());
      return at == read.end() || Agrees(item.value(), *at);
    });
  }
  if (given.is_array() && read.is_array()) {
    return std::ranges::equal(given, read, Agrees);
  }
  return given == read;
}

template <typename T>
T Read(const Json& json) {
  T object = json.get<T>();
  if (!Agrees(json, Json(object))) throw std::out_of_range("a value that does not fit");
  return object;
}

void DecodeRow(const RowKey& key, const std::string& text, Region& region) {
  Json json = ParseWhole(text);
  const auto& [kind, name] = key;
  if (kind == "cluster") {
    HashPasswords(json);
    region.clusters[name] = Read<Cluster>(json);
  }
  if (kind == "instance") region.instances[name] = Read<Instance>(json);
  if (kind == "endpoint") region.endpoints[name] = Read<ClusterEndpoint>(json);
  if (kind == "snapshot") region.snapshots[name] = Read<ClusterSnapshot>(json);
  if (kind == "security-group") region.security_groups[name] = Read<SecurityGroup>(json);
  if (kind == "subnet-group") region.subnet_groups[name] = Read<SubnetGroup>(json);
  if (kind == "parameter-group") {
    region.instance_parameter_groups[name] = Read<ParameterGroup>(json);
  }
  if (kind == "cluster-parameter-group") {
    region.cluster_parameter_groups[name] = Read<ParameterGroup>(json);
  }
  if (kind == "event") region.events[std::stoll(name)] = Read<Event>(json);
}

}  // namespace

Rows EncodeRegion(const Region& region) {
  Rows rows;
  for (const auto& [key, object] : region.clusters) rows[{"cluster", key}] = Dump(object);
  for (const auto& [key, object] : region.instances) rows[{"instance", key}] = Dump(object);
  for (const auto& [key, object] : region.endpoints) rows[{"endpoint", key}] = Dump(object);
  for (const auto& [key, object] : region.snapshots) rows[{"snapshot", key}] = Dump(object);
  for (const auto& [key, object] : region.security_groups) {
    rows[{"security-group", key}] = Dump(object);
  }
  for (const auto& [key, object] : region.subnet_groups) rows[{"subnet-group", key}] = Dump(object);
  for (const auto& [key, object] : region.instance_parameter_groups) {
    rows[{"parameter-group", key}] = Dump(object);
  }
  for (const auto& [key, object] : region.cluster_parameter_groups) {
    rows[{"cluster-parameter-group", key}] = Dump(object);
  }
  for (const auto& [key, object] : region.events) {
    rows[{"event", std::to_string(key)}] = Dump(object);
  }
  return rows;
}

Result<Region> DecodeRegion(const Rows& rows) {
  Region region;
  for (const auto& [key, text] : rows) {
    try {
      DecodeRow(key, text, region);
    } catch (const std::exception& e) {  // of the JSON library, std::stoll, ours
      return Status(Code::kCorruption, fmt::format("{} \"{}\" of the state is damaged: {}",
                                                   key.first, key.second, e.what()));
    }
  }
  return region;
}

}  // namespace borealis::control
