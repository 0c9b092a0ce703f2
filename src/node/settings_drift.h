// Settings in which the running servers of a cluster differ. Pure.
//
// A server says what was set on its command line and since (SET GLOBAL lasts until it restarts, and
// holds on one node only); whatever is not in its list is as the server ships it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/node_status.h"

namespace borealis::node {

// How a server is asked: rows of a name in lower case and a value.
std::string SettingsQuery();

struct SettingsDrift {
  std::string setting;
  std::map<std::string, std::string> values;  // by node; none: as the server ships it
  bool operator==(const SettingsDrift&) const = default;
};

// Of the nodes whose server runs and was asked; by setting. Empty with fewer than two of them.
std::vector<SettingsDrift> FindSettingsDrift(const std::vector<NodeStatus>& nodes);

// "max_connections: node1 500, node2 as shipped"
std::string DescribeDrift(const SettingsDrift& drift);

}  // namespace borealis::node
