#include "node/node_status.h"

#include <gtest/gtest.h>

#include "node/layout.h"
#include "storage/backend.h"

namespace borealis::node {
namespace {

NodeStatus Example() {
  NodeStatus s;
  s.name = "node1";
  s.volume = "/v";
  s.volume_uuid = "u";
  s.address = "127.0.0.11";
  s.port = 3306;
  s.socket = "/d/node1/mysql.sock";
  s.directory = "/d/node1";
  s.slot = 3;
  s.state = NodeState::kHeld;
  s.message = "why";
  s.agent = {10, 1000};
  s.server = {11, 1001};
  s.restarts = 2;
  s.seqno = {42};
  s.members = {"127.0.0.11:3306"};
  s.started_us = 1;
  s.updated_us = 2;
  s.last_crash_us = 3;
  s.ready_after_ms = 4;
  s.failures = {{7}, 1};
  s.settings = {{"max_connections", "500"}, {"sql_mode", ""}};
  s.figures = {{"commits", 12}, {"lag", 0}};
  return s;
}

TEST(ServerFigures, OnlyNumbersOfKnownVariablesAreNoted) {
  Figures figures;
  NoteFigure("Threads_connected", "7", figures);
  NoteFigure("wsrep_local_commits", "12x", figures);
  NoteFigure("Uptime", "9", figures);
  EXPECT_EQ(figures, (Figures{{"connections", 7}}));
}

TEST(NodeStatus, ComesBackAsItWas) {
  const auto decoded = DecodeNodeStatus(EncodeNodeStatus(Example()));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, Example());
}

TEST(NodeStatus, UnknownMembersAreIgnoredMissingOnesHaveDefaults) {
  const auto decoded = DecodeNodeStatus(R"({"name":"n","state":"ready","new":[1]})");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->state, NodeState::kReady);
  EXPECT_EQ(decoded->seqno, Seqno::Undefined());
}

TEST(NodeStatus, WhatIsNoStatusIsRefused) {
  for (const char* text :
       {"", "{", "[]", "5", R"({"name":"n"})", R"({"name":"n","state":"odd"})",
        R"({"name":5,"state":"ready"})", R"({"name":"","state":"ready"})",
        R"({"name":"n","state":"ready","port":70000})", R"({"name":"n","state":"ready","pid":-5})",
        R"({"name":"n","state":"ready","members":"x"})",
        R"({"name":"n","state":"ready","settings":["x"]})",
        R"({"name":"n","state":"ready","settings":{"x":1}})",
        R"({"name":"n","state":"ready","figures":[1]})",
        R"({"name":"n","state":"ready","figures":{"commits":"1"}})",
        R"({"name":"n","state":"ready","seqno":1.5})",
        R"({"name":"n","state":"ready","updated_us":18446744073709551615})"}) {
    EXPECT_EQ(DecodeNodeStatus(text).status().code(), Code::kCorruption) << text;
  }
}

TEST(NodeStatus, TheLargestCountComesBack) {
  NodeStatus status = Example();
  status.restarts = UINT64_MAX;
  const auto decoded = DecodeNodeStatus(EncodeNodeStatus(status));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->restarts, UINT64_MAX);
}

TEST(NodeStatus, AMembersTextIsBoundedToo) {
  NodeStatus status = Example();
  status.members = {std::string(4097, 'm')};
  EXPECT_EQ(DecodeNodeStatus(EncodeNodeStatus(status)).status().code(), Code::kCorruption);
}

TEST(NodeStatus, BytesThatAreNoTextDoNotBreakIt) {
  NodeStatus s = Example();
  s.message = "\xff\xfe";
  EXPECT_TRUE(DecodeNodeStatus(EncodeNodeStatus(s)).ok());
}

TEST(NodeStatus, FitsAHintWithTheLongestTexts) {
  NodeStatus s = Example();
  s.name = std::string(kNodeNameBytesMax, 'n');
  s.message = std::string(5000, 'm');
  s.members = std::vector<std::string>(16, "255.255.255.255:65535");
  EXPECT_LE(EncodeNodeStatus(s).size(), 4096U);
  EXPECT_LE(HintName(s.name).size(), 64U);
}

TEST(NodeState, NamesAreReadBack) {
  for (int i = 0; i <= static_cast<int>(NodeState::kLost); ++i) {
    const auto state = static_cast<NodeState>(i);
    EXPECT_EQ(ParseNodeState(NodeStateName(state)), state);
  }
}

TEST(Layout, NamesThatAreNoFileNamesAreRefused) {
  for (const char* name : {"", ".", "..", "a/b", "Node1", "-a", "a b", "n\xc3\xa4"}) {
    EXPECT_EQ(CheckNodeName(name).code(), Code::kInvalidArgument) << name;
  }
  EXPECT_FALSE(CheckNodeName(std::string(kNodeNameBytesMax + 1, 'a')).ok());
  EXPECT_TRUE(CheckNodeName("node-1_x").ok());
}

TEST(Layout, ASocketPathThatTheKernelCannotTakeIsRefused) {
  const std::string tail = "/node1/mysql.sock";
  const size_t fits = kSocketPathBytesMax - 1 - tail.size();
  EXPECT_TRUE(MakeNodeLayout("/" + std::string(fits - 1, 'd'), "node1").ok());
  const Status status = MakeNodeLayout("/" + std::string(fits, 'd'), "node1").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("--data"), std::string::npos);
}

}  // namespace
}  // namespace borealis::node
