// The whole agent, in a process of its own, over a real local volume and a fake server.
#include "node/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <sstream>
#include <thread>

#include "base/log.h"
#include "log/log.h"
#include "node/agent_machine.h"
#include "node/agent_setup.h"
#include "node/node_control.h"
#include "node/slots.h"
#include "snapshot/publish.h"
#include "snapshot/testing.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

using snapshot::TempDirectory;
using snapshot::WriteText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kPatienceMs = 60'000;  // a bound for a loaded machine; nothing waits for it to pass

// Reads the fake server's file "health": "<pid> <seqno>".
class FileHealth : public HealthSource {
 public:
  explicit FileHealth(std::string path) : path_(std::move(path)) {}
  std::optional<ServerHealth> Ask() override {
    const auto bytes = snapshot::ReadFile(path_, 256);
    if (!bytes.ok()) return std::nullopt;
    std::istringstream text{std::string(AsText(*bytes))};
    pid_t pid = 0;
    ServerHealth health;
    text >> pid >> health.seqno.value;
    if (!FindProcess(pid)) return std::nullopt;
    health.ready = true;
    return health;
  }

 private:
  const std::string path_;
};

uint16_t FreePort() {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  CHECK(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  CHECK(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  return ntohs(address.sin_port);
}

void MakeVolume(const std::string& directory, const TempDirectory& scratch) {
  storage::LocalOptions options;
  options.segment_bytes_max = 8 << 20;
  options.prepare_spares = false;
  CHECK_OK(storage::LocalBackend::Create(directory, options));
  auto volume = storage::LocalBackend::Open(directory, options);
  CHECK_OK(volume);
  log::Identity identity;
  identity.volume = Uuid::Random();
  CHECK_OK(log::Log::Create(**volume, identity, SystemClock()));
  CHECK_OK(snapshot::MakeDirectory(scratch / "genesis"));
  WriteText(scratch / "genesis/ibdata1", "tables");
  snapshot::Manifest manifest;
  manifest.volume = identity.volume;
  CHECK_OK(snapshot::PublishSnapshot(**volume, scratch / "genesis", manifest, {}));
}

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override { MakeVolume(dir_ / "volume", dir_); }
  void TearDown() override {
    Behave("");
    if (agent_ > 0) {
      kill(agent_, SIGKILL);
      waitpid(agent_, nullptr, 0);
    }
    if (const auto server = FindRunningServer()) {
      const auto pidfd = OpenPidfd(*server);
      if (pidfd.ok()) {
        (void)SendSignal(*pidfd, SIGKILL);
        (void)WaitForEnd(*pidfd, kPatienceMs);
      }
    }
  }

  AgentConfig Config() const {
    AgentConfig config;
    config.server.server = FAKE_SERVER;
    config.server.volume = dir_ / "volume";
    config.server.name = "node1";
    config.server.port = port_;
    config.server.layout = Layout();
    return config;
  }
  NodeLayout Layout() const { return *MakeNodeLayout(dir_.path(), "node1"); }

  // Runs the agent in a child process; its end is its exit code: 0 ok, 1 failed.
  void StartAgent(const std::function<void(AgentConfig&)>& change = {}) {
    agent_ = fork();
    CHECK(agent_ >= 0);
    if (agent_ > 0) return;
    AgentConfig config = Config();
    config.health = std::make_unique<FileHealth>(Layout().data() + "/health");
    if (change) change(config);
    const std::string messages = dir_ / "messages";
    SetLogSink([messages](LogLevel, const std::string& text) {
      FILE* file = std::fopen(messages.c_str(), "a");
      std::fprintf(file, "%s\n", text.c_str());
      std::fclose(file);
    });
    const Status status = RunAgent(std::move(config), SystemClock());
    if (!status.ok()) LogError("exit: {}", status.message());
    _exit(status.ok() ? 0 : 1);
  }
  int WaitForAgent() {
    int status = 0;
    CHECK(waitpid(agent_, &status, 0) == agent_);
    agent_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int StopAgent() {
    kill(agent_, SIGTERM);
    return WaitForAgent();
  }
  void KillAgent() {
    kill(agent_, SIGKILL);
    EXPECT_EQ(WaitForAgent(), -SIGKILL);
  }
  void Behave(const std::string& how) {
    CHECK_OK(snapshot::MakeDirectory(Layout().root));
    if (how.empty()) {
      unlink((Layout().root + "/behaviour").c_str());
    } else {
      WriteText(Layout().root + "/behaviour", how);
    }
  }
  // Polls the state file until it is as wanted; fails the test when it never is.
  NodeStatus Await(const std::function<bool(const NodeStatus&)>& wanted) {
    NodeStatus last;
    for (int waited_ms = 0; waited_ms < kPatienceMs; waited_ms += 10) {
      const auto status = ReadNodeState(Layout());
      if (status.ok()) last = *status;
      if (status.ok() && status->agent.pid == agent_ && wanted(last)) return last;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "never as wanted; last: " << EncodeNodeStatus(last) << "\n" << Messages();
    return last;
  }
  NodeStatus AwaitState(NodeState state) {
    return Await([&](const NodeStatus& s) { return s.state == state; });
  }
  std::optional<ProcessId> FindRunningServer() const {
    return FindLockHolder(Layout().data() + "/ibdata1");
  }
  static void Kill(const ProcessId& id) {
    const auto pidfd = OpenPidfd(id);
    CHECK_OK(pidfd);
    CHECK_OK(SendSignal(*pidfd, SIGKILL));
  }
  std::string Messages() const {
    const auto bytes = snapshot::ReadFile(dir_ / "messages", 1 << 20);
    return bytes.ok() ? std::string(AsText(*bytes)) : "";
  }

  const TempDirectory dir_;
  const uint16_t port_ = FreePort();
  pid_t agent_ = 0;
};

TEST_F(AgentTest, AFirstStartRestoresStartsAndStopsCleanly) {
  StartAgent();
  const NodeStatus ready = AwaitState(NodeState::kReady);
  EXPECT_EQ(ready.slot, 1);
  EXPECT_EQ(ready.seqno, Seqno{0});
  EXPECT_TRUE(IsAlive(ready.server));
  EXPECT_GE(ready.ready_after_ms, 0);
  EXPECT_EQ(StopAgent(), 0);
  EXPECT_FALSE(IsAlive(ready.server));
  const auto stopped = ReadNodeState(Layout());
  EXPECT_EQ(stopped->state, NodeState::kStopped);
  EXPECT_EQ(stopped->server.pid, 0);
  EXPECT_EQ(stopped->restarts, 0U);
}

TEST_F(AgentTest, AKilledServerIsRestartedFromItsOwnPosition) {
  StartAgent();
  const NodeStatus first = AwaitState(NodeState::kReady);
  Kill(first.server);
  const NodeStatus second =
      Await([&](const NodeStatus& s) { return s.state == NodeState::kReady && s.restarts == 1; });
  EXPECT_NE(second.server, first.server);
  EXPECT_GT(second.last_crash_us, 0);
  EXPECT_THAT(Messages(), HasSubstr("signal 9"));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, TheServerOutlivesTheAgentAndIsTakenOver) {
  StartAgent();
  const NodeStatus first = AwaitState(NodeState::kReady);
  KillAgent();
  EXPECT_TRUE(IsAlive(first.server));
  StartAgent();
  const NodeStatus second = AwaitState(NodeState::kReady);
  EXPECT_EQ(second.server, first.server);
  Kill(second.server);  // not its child: the end is seen all the same
  Await([&](const NodeStatus& s) { return s.state == NodeState::kReady && s.restarts == 1; });
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, AServerIsTakenOverWithoutAStateFileToo) {
  StartAgent();
  const NodeStatus first = AwaitState(NodeState::kReady);
  KillAgent();
  ASSERT_EQ(unlink(Layout().state().c_str()), 0);
  StartAgent();
  EXPECT_EQ(AwaitState(NodeState::kReady).server, first.server);
  EXPECT_EQ(StopAgent(), 0);
  EXPECT_FALSE(IsAlive(first.server));
}

TEST_F(AgentTest, ASecondAgentOnOneDirectoryIsRefused) {
  StartAgent();
  AwaitState(NodeState::kReady);
  AgentConfig config = Config();
  const Status status = PrepareAgent(config, SystemClock()).status();
  EXPECT_EQ(status.code(), Code::kAlreadyExists);
  EXPECT_THAT(status.message(), HasSubstr(std::to_string(agent_)));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, AServerThatIgnoresTheRequestIsKilledInTheEnd) {
  Behave("deaf");
  StartAgent([](AgentConfig& config) { config.stop_timeout_ms = 200; });
  const NodeStatus ready = AwaitState(NodeState::kReady);
  EXPECT_EQ(StopAgent(), 0);
  EXPECT_FALSE(IsAlive(ready.server));
  EXPECT_THAT(Messages(), HasSubstr("killing it"));
}

TEST_F(AgentTest, AServerThatRefusesToStartIsRetriedThenHeld) {
  Behave("die");
  StartAgent();
  const NodeStatus held = AwaitState(NodeState::kHeld);
  EXPECT_THAT(held.message, HasSubstr("told to die"));
  EXPECT_EQ(held.failures.rebuilds, 0);
  EXPECT_EQ(held.restarts, static_cast<uint64_t>(kEarlyEndsMax));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, AServerThatCrashesEarlyIsRetriedRebuiltAndHeld) {
  Behave("crash");
  StartAgent();
  const NodeStatus held = AwaitState(NodeState::kHeld);
  EXPECT_THAT(held.message, HasSubstr("signal 6"));
  EXPECT_EQ(held.failures.rebuilds, 1);
  EXPECT_EQ(held.restarts, static_cast<uint64_t>(kEarlyEndsMax + kEarlyEndsAfterRebuildMax));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, AnInconsistentCacheIsRebuiltOnceThenHeldAcrossAgents) {
  Behave("inconsistent 7");
  StartAgent();
  NodeStatus held = AwaitState(NodeState::kHeld);
  EXPECT_THAT(held.message, HasSubstr("again at seqno 7"));
  EXPECT_THAT(held.message, HasSubstr("fake row not found"));
  EXPECT_EQ(StopAgent(), 0);
  StartAgent();
  held = AwaitState(NodeState::kHeld);
  EXPECT_EQ(held.restarts, 0U);
  EXPECT_EQ(StopAgent(), 0);
  Behave("");
  StartAgent([](AgentConfig& config) { config.rebuild = true; });
  AwaitState(NodeState::kReady);
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, AServerThatEndsInsideASchemaChangeIsRebuilt) {
  Behave("once inside-ddl 5");
  StartAgent();
  const NodeStatus ready = AwaitState(NodeState::kReady);
  EXPECT_EQ(ready.restarts, 1U);
  EXPECT_EQ(ready.failures, FailureHistory{});
  EXPECT_THAT(Messages(), HasSubstr("schema change at seqno 5"));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, EnginesThatCannotRecoverAreRebuilt) {
  StartAgent();
  const NodeStatus first = AwaitState(NodeState::kReady);
  Behave("broken-engines");
  Kill(first.server);
  const NodeStatus second =
      Await([&](const NodeStatus& s) { return s.state == NodeState::kReady && s.restarts == 1; });
  EXPECT_TRUE(IsAlive(second.server));
  EXPECT_THAT(Messages(), HasSubstr("fake tablespace is corrupt"));
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, ACacheAheadOfTheVolumeIsRefusedAndKept) {
  StartAgent();
  const NodeStatus ready = AwaitState(NodeState::kReady);
  EXPECT_EQ(StopAgent(), 0);
  const std::string engines = Layout().data() + "/engines";
  WriteText(engines, ready.volume_uuid + ":17");
  StartAgent();
  EXPECT_EQ(WaitForAgent(), 1);
  EXPECT_THAT(Messages(), HasSubstr("is at seqno 17, the volume ends at 0"));
  EXPECT_EQ(snapshot::ReadText(engines), ready.volume_uuid + ":17");
}

TEST_F(AgentTest, FilesThatAreNoCacheAreRefusedAndKept) {
  CHECK_OK(snapshot::MakeDirectory(Layout().root));
  CHECK_OK(snapshot::MakeDirectory(Layout().data()));
  WriteText(Layout().data() + "/precious", "mine");
  StartAgent();
  EXPECT_EQ(WaitForAgent(), 1);
  EXPECT_THAT(Messages(), HasSubstr("no cache of a volume"));
  EXPECT_EQ(snapshot::ReadText(Layout().data() + "/precious"), "mine");
}

TEST_F(AgentTest, AnotherVolumesCacheIsRefusedAndKept) {
  StartAgent();
  AwaitState(NodeState::kReady);
  EXPECT_EQ(StopAgent(), 0);
  const TempDirectory scratch;
  MakeVolume(dir_ / "other", scratch);
  StartAgent([&](AgentConfig& config) { config.server.volume = dir_ / "other"; });
  EXPECT_EQ(WaitForAgent(), 1);
  EXPECT_THAT(Messages(), HasSubstr("is a cache of volume"));
  StartAgent();
  AwaitState(NodeState::kReady);
  EXPECT_EQ(StopAgent(), 0);
}

TEST_F(AgentTest, ABadOptionEndsTheAgentWithTheServersComplaint) {
  StartAgent([](AgentConfig& config) { config.server.fragment = {{"bad-option", "1", true, 1}}; });
  EXPECT_EQ(WaitForAgent(), 1);
  EXPECT_THAT(Messages(), HasSubstr("unknown variable 'bad-option'"));
}

TEST_F(AgentTest, ATakenPortEndsTheAgentWithAClearMessage) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  ASSERT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(fd.get(), 1), 0);
  StartAgent();
  EXPECT_EQ(WaitForAgent(), 1);
  EXPECT_THAT(Messages(), HasSubstr("is taken by another program"));
}

TEST_F(AgentTest, StopInterruptsAServerThatNeverBecomesReady) {
  Behave("silent");
  StartAgent([](AgentConfig& config) { config.stop_timeout_ms = 200; });
  const NodeStatus status = AwaitState(NodeState::kReplaying);
  EXPECT_EQ(StopAgent(), 0);
  EXPECT_FALSE(IsAlive(status.server));
  EXPECT_THAT(Messages(), HasSubstr("killing it"));  // to ask it would make it wait for ever
}

TEST_F(AgentTest, AServerIsKilledAtOnceWhereThatIsWanted) {
  Behave("deaf");  // asked, it would be killed after a minute
  StartAgent();
  const NodeStatus status = AwaitState(NodeState::kReady);
  const auto stopped = StopNodes(ListLocalNodes(dir_.path()), kPatienceMs, StopManner::kKill);
  ASSERT_EQ(stopped.size(), 1U);
  EXPECT_TRUE(stopped[0].status.ok()) << stopped[0].status.ToString();
  EXPECT_EQ(WaitForAgent(), 0);
  EXPECT_FALSE(IsAlive(status.server));
  EXPECT_THAT(Messages(), AllOf(HasSubstr("killing the server, as asked"),
                                Not(HasSubstr("asking the server to end"))));
  EXPECT_EQ(ReadNodeState(Layout())->last_crash_us, 0) << "nothing that happened by itself";
}

TEST_F(AgentTest, StateIsPublishedInTheVolumeBesideAnAttachedServer) {
  StartAgent();  // forks, so before this process has threads
  auto volume = storage::LocalBackend::Open(dir_ / "volume");
  ASSERT_TRUE(volume.ok());
  ASSERT_TRUE((*volume)->EndRecovery().ok());  // we stand for the server
  AwaitState(NodeState::kReady);
  std::vector<NodeStatus> nodes;
  for (int i = 0; i < kPatienceMs / 10 && nodes.empty(); ++i) {
    const auto hints = (*volume)->ListHints(kHintPrefix);
    ASSERT_TRUE(hints.ok());
    for (const storage::Hint& hint : *hints) nodes.push_back(*DecodeNodeStatus(AsText(hint.value)));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].name, "node1");
  const auto listed = ListNodes(**volume, dir_ / "volume", dir_.path(), SystemClock());
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ((*listed)[0].state, NodeState::kReady);
  KillAgent();
  const auto lost = ListNodes(**volume, dir_ / "volume", dir_.path(), SystemClock());
  EXPECT_EQ((*lost)[0].state, NodeState::kLost);
  EXPECT_THAT((*lost)[0].message, HasSubstr("the server still runs"));
  const auto stopped = StopNodes(*lost, kPatienceMs);  // of a server without agent
  ASSERT_EQ(stopped.size(), 1U);
  EXPECT_TRUE(stopped[0].ran);
  EXPECT_TRUE(stopped[0].status.ok());
  EXPECT_EQ(FindRunningServer(), std::nullopt);
}

}  // namespace
}  // namespace borealis::node
