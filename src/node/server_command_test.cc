#include "node/server_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace borealis::node {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::StartsWith;

ServerConfig Example() {
  ServerConfig config;
  config.provider = "/lib/p.so";
  config.volume = "/v";
  config.volume_uuid = Uuid::FromRandom(1, 2);
  config.name = "node2";
  config.slot = {2};
  config.address = "127.0.0.12";
  config.layout = {"/d/node2"};
  return config;
}

TEST(RunCommand, StartsFromThePositionInTheVolumesHistory) {
  const ServerConfig config = Example();
  const auto words = RunCommand(config, {42});
  EXPECT_EQ(words[0], kDefaultServer);
  EXPECT_EQ(words[1], "--no-defaults");
  for (const std::string& wanted :
       {"--wsrep-start-position=" + config.volume_uuid.ToString() + ":42",
        std::string("--wsrep-cluster-address=volume:///v"),
        std::string("--wsrep-provider=/lib/p.so"), std::string("--auto-increment-offset=2"),
        std::string("--auto-increment-increment=16"),
        std::string("--wsrep-node-incoming-address=127.0.0.12:3306"),
        std::string("--innodb-snapshot-isolation=ON"), std::string("--binlog-format=ROW"),
        std::string("--wsrep-ignore-apply-errors=0"), std::string("--socket=/d/node2/mysql.sock"),
        std::string("--wsrep-provider-options=slot=2;supervised=1")}) {
    EXPECT_THAT(words, Contains(wanted));
  }
}

TEST(ReplicaCommand, StopsAtTheSeqnoAndKnowsWhoStartedIt) {
  EXPECT_THAT(ReplicaCommand(Example(), {42}, {50}, 4711),
              Contains("--wsrep-provider-options=replica=1;stop_at=50;parent=4711;supervised=1"));
}

TEST(RunCommand, LoadsTheGuards) {
  ServerConfig config = Example();
  EXPECT_THAT(RunCommand(config, {0}), Not(Contains(StartsWith("--plugin"))));
  config.plugin = "borealis.so";
  config.fragment = {{"plugin_load_add", "server_audit", true, 1}};
  const auto words = RunCommand(config, {0});
  for (const char* wanted : {"--plugin-dir=/d/node2/plugins", "--plugin-load-add=borealis.so",
                             "--borealis=FORCE_PLUS_PERMANENT", "--plugin_load_add=server_audit"}) {
    EXPECT_THAT(words, Contains(wanted));
  }
  EXPECT_THAT(RecoverCommand(config, false), Not(Contains(StartsWith("--plugin-load"))));
}

TEST(RunCommand, HasCertificatesThatTheUserMayReplace) {
  ServerConfig config = Example();
  config.tls = true;
  config.fragment = {{"ssl-cert", "/my/cert.pem", true, 1}};
  const auto words = RunCommand(config, {0});
  const auto ours = std::find(words.begin(), words.end(), "--ssl-cert=/d/node2/tls/cert.pem");
  EXPECT_NE(std::find(ours, words.end(), "--ssl-cert=/my/cert.pem"), words.end());
  EXPECT_THAT(words, Contains("--ssl-key=/d/node2/tls/key.pem"));
  EXPECT_THAT(ReplicaCommand(config, {42}, {50}, 1), Not(Contains(StartsWith("--ssl-key"))));
}

TEST(RunCommand, AuditsUnlessTheUserSaysOtherwise) {
  ServerConfig config = Example();
  config.fragment = {{"server-audit-logging", "OFF", true, 1}};
  EXPECT_THAT(RunCommand(config, {0}), Not(Contains("--server-audit-logging=ON")));
  config.audit = true;
  const auto words = RunCommand(config, {0});
  EXPECT_THAT(words, Contains("--server-audit-events=CONNECT,QUERY_DDL,QUERY_DCL"));
  EXPECT_THAT(words, Contains("--server-audit-file-path=/d/node2/audit.log"));
  const auto on = std::find(words.begin(), words.end(), "--server-audit-logging=ON");
  EXPECT_NE(std::find(on, words.end(), "--server-audit-logging=OFF"), words.end());
  for (const auto& command : {RecoverCommand(config, false), BootstrapCommand(config)}) {
    EXPECT_THAT(command, Not(Contains(testing::HasSubstr("audit"))));
  }
}

TEST(RunCommand, OursComesAfterTheUsersAndTheDefaultsBefore) {
  ServerConfig config = Example();
  config.fragment = {{"max_connections", "7", true, 1}};
  const auto words = RunCommand(config, {0});
  const auto at = [&](std::string_view prefix) {
    return std::find_if(words.begin(), words.end(),
                        [&](const std::string& w) { return w.starts_with(prefix); });
  };
  EXPECT_LT(at("--innodb-flush-log-at-trx-commit"), at("--max_connections=7"));
  EXPECT_LT(at("--max_connections=7"), at("--datadir"));
  EXPECT_LT(at("--max_connections=7"), at("--wsrep-on"));
  EXPECT_LT(at("--max_connections=7"), at("--binlog-format"));
}

TEST(RunCommand, TheUsersProviderOptionsAreAdded) {
  ServerConfig config = Example();
  config.provider_options = "debug=1";
  EXPECT_THAT(RunCommand(config, {0}),
              Contains("--wsrep-provider-options=slot=2;supervised=1;debug=1"));
}

TEST(RecoverCommand, NamesTheProviderAndNeedsNoPort) {
  const auto words = RecoverCommand(Example(), false);
  EXPECT_THAT(words, Contains("--wsrep-recover"));
  EXPECT_THAT(words, Contains("--wsrep-provider=/lib/p.so"));
  EXPECT_THAT(words, Contains("--skip-networking"));
  EXPECT_THAT(words, Each(Not(StartsWith("--port"))));
}

TEST(BinaryLog, IsKeptByTheNodeAndByNobodyElse) {
  ServerConfig config = Example();
  EXPECT_THAT(RunCommand(config, {0}), Each(Not(StartsWith("--log-bin="))));
  config.fragment = {{"log-bin", "", false, 1}, {"innodb_flush_log_at_trx_commit", "2", true, 2}};
  for (const auto& words : {RunCommand(config, {0}), RecoverCommand(config, true)}) {
    EXPECT_THAT(words, Contains("--log-bin=binlog"));
    const auto theirs = std::find(words.begin(), words.end(), "--innodb_flush_log_at_trx_commit=2");
    EXPECT_NE(std::find(theirs, words.end(), "--innodb-flush-log-at-trx-commit=1"), words.end());
  }
  for (const auto& words : {ReplicaCommand(config, {1}, {2}, 3), RecoverCommand(config, false),
                            BootstrapCommand(config)}) {
    EXPECT_THAT(words, Contains("--skip-log-bin"));
  }
}

TEST(BootstrapCommand, ReplicatesNothing) {
  const auto words = BootstrapCommand(Example());
  EXPECT_THAT(words, Contains("--bootstrap"));
  EXPECT_THAT(words, Contains("--skip-networking"));
  EXPECT_THAT(words, Each(Not(StartsWith("--wsrep-on"))));
  EXPECT_THAT(words, Each(Not(StartsWith("--wsrep-provider"))));
}

TEST(CheckCommand, ComplainsOnStandardError) {
  EXPECT_THAT(CheckCommand(Example()), Each(Not(StartsWith("--log-error"))));
  EXPECT_THAT(CheckCommand(Example()), Contains("--help"));
}

TEST(LastErrorLine, IsTheLastThatSaysSomething) {
  EXPECT_EQ(LastErrorLine("2026 [ERROR] one\n2026 [Note] n\n2026-11-23 0 [ERROR] two\n"
                          "2026 [ERROR] Aborting\n"),
            "[ERROR] two");
  EXPECT_EQ(
      LastErrorLine("1 [ERROR] WSREP: Borealis: the cause\n2 [ERROR] WSREP: connect failed: 7\n"),
      "[ERROR] WSREP: Borealis: the cause");
  EXPECT_EQ(LastErrorLine("nothing"), "");
  EXPECT_EQ(LastErrorLine("[ERROR] " + std::string(1000, 'x')).size(), 400U);
}

TEST(Complaints, AreTheLinesThatSpeakOfAnErrorElseTheLast) {
  EXPECT_EQ(Complaints("Installing\nERROR: 6  on delete\n2026 0 [ERROR] Aborting\n\nTry\nthis\n"),
            "ERROR: 6  on delete");
  EXPECT_EQ(Complaints("ERROR 1\nERROR 2\n"), "ERROR 1\nERROR 2");
  EXPECT_EQ(Complaints("1\n2\n3\n4\n5\n6\n"), "2\n3\n4\n5\n6");
}

TEST(TailLines, GivesTheLastLines) {
  EXPECT_EQ(TailLines("a\nb\nc\n", 2), "b\nc");
  EXPECT_EQ(TailLines("a\nb", 5), "a\nb");
  EXPECT_EQ(TailLines("", 5), "");
}

}  // namespace
}  // namespace borealis::node
