#include "node/settings_drift.h"

#include <fmt/core.h>

#include <set>

namespace borealis::node {
namespace {

constexpr std::string_view kAsShipped = "as shipped";

}  // namespace

// Left out: what an agent gives each server of its own (server_command.cc), and what changes by
// itself.
std::string SettingsQuery() {
  return "SELECT LOWER(variable_name), IF(LENGTH(global_value) > 200, "
         "CONCAT(LEFT(global_value, 150), '... (md5 ', MD5(global_value), ')'), global_value) "
         "FROM information_schema.system_variables "
         "WHERE global_value_origin IN ('CONFIG', 'SQL') AND NOT global_value <=> default_value "
         "AND variable_name NOT IN ('auto_increment_offset', 'bind_address', 'datadir', "
         "'log_error', 'pid_file', 'plugin_dir', 'port', 'socket', 'tmpdir', "
         "'wsrep_cluster_address', 'wsrep_node_address', 'wsrep_node_incoming_address', "
         "'wsrep_node_name', 'wsrep_provider', 'wsrep_provider_options', 'wsrep_start_position')";
}

std::vector<SettingsDrift> FindSettingsDrift(const std::vector<NodeStatus>& nodes) {
  std::vector<const NodeStatus*> asked;
  std::set<std::string> names;
  for (const NodeStatus& node : nodes) {
    if (!node.settings || node.server.pid == 0 || node.state == NodeState::kLost) continue;
    asked.push_back(&node);
    for (const auto& [name, value] : *node.settings) names.insert(name);
  }
  std::vector<SettingsDrift> found;
  for (const std::string& name : names) {
    SettingsDrift drift{name, {}};
    std::set<std::string> different;
    for (const NodeStatus* node : asked) {
      const auto at = node->settings->find(name);
      const std::string value(at != node->settings->end() ? at->second : kAsShipped);
      different.insert(value);
      drift.values[node->name] = value;
    }
    if (different.size() > 1) found.push_back(std::move(drift));
  }
  return found;
}

std::string DescribeDrift(const SettingsDrift& drift) {
  std::string text = drift.setting + ":";
  for (const auto& [node, value] : drift.values) {
    text +=
        fmt::format("{} {} {}", text.back() == ':' ? "" : ",", node, value.empty() ? "''" : value);
  }
  return text;
}

}  // namespace borealis::node
