#include "node/settings_drift.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

NodeStatus Running(const std::string& name, std::map<std::string, std::string> settings) {
  NodeStatus node;
  node.name = name;
  node.state = NodeState::kReady;
  node.server = {100, 1};
  node.settings = std::move(settings);
  return node;
}

TEST(SettingsDriftTest, EqualSettingsAreNone) {
  EXPECT_TRUE(FindSettingsDrift({Running("node1", {{"sql_mode", "ANSI"}}),
                                 Running("node2", {{"sql_mode", "ANSI"}})})
                  .empty());
}

TEST(SettingsDriftTest, DifferentValuesAndValuesOfOneNodeAreNamed) {
  const auto found = FindSettingsDrift(
      {Running("node1", {{"max_connections", "500"}, {"sql_mode", "ANSI"}}),
       Running("node2", {{"sql_mode", ""}}), Running("node3", {{"sql_mode", "ANSI"}})});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(DescribeDrift(found[0]),
            "max_connections: node1 500, node2 as shipped, node3 as shipped");
  EXPECT_EQ(DescribeDrift(found[1]), "sql_mode: node1 ANSI, node2 '', node3 ANSI");
}

TEST(SettingsDriftTest, WhoCannotBeAskedIsNotCompared) {
  NodeStatus silent = Running("node2", {});
  silent.settings.reset();
  NodeStatus stopped = Running("node3", {});
  stopped.server = {};
  NodeStatus lost = Running("node4", {});
  lost.state = NodeState::kLost;
  EXPECT_TRUE(
      FindSettingsDrift({Running("node1", {{"sql_mode", "ANSI"}}), silent, stopped, lost}).empty());
}

}  // namespace
}  // namespace borealis::node
