#include "control/agents/jobs.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "control/agents/places.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

class JobsTest : public testing::Test {
 protected:
  JobsTest() {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  // The end of what we started, within 10 s: resource ids of those that succeeded.
  std::vector<std::string> AwaitEnd(Jobs& jobs) {
    for (int i = 0; i < 1000; ++i) {
      auto done = jobs.Collect();
      if (!done.empty() || !jobs.failures().empty()) return done;
      usleep(10'000);  // a process of the system's: nothing of ours to wait on
    }
    return {};
  }
  std::string Output(const std::string& target) {
    const auto bytes = snapshot::ReadFile(directory_ + "/" + target + ".log", 1 << 20);
    return bytes.ok() ? std::string(AsText(*bytes)) : "";
  }

  const std::string directory_ = testing::TempDir() + "jobs_test." + std::to_string(getpid());
  ManualClock clock_;
  Jobs jobs_{directory_, clock_};
};

TEST_F(JobsTest, SuccessAndFailureAreTold) {
  ASSERT_TRUE(jobs_.Start({"a", {"/bin/true"}, {}}).ok());
  EXPECT_EQ(AwaitEnd(jobs_), std::vector<std::string>{"a"});
  ASSERT_TRUE(jobs_.Start({"a", {"/bin/sh", "-c", "echo 'borealis: no room'; exit 1"}, {}}).ok());
  AwaitEnd(jobs_);
  ASSERT_EQ(jobs_.failures().at("a").count, 1);
  EXPECT_EQ(jobs_.failures().at("a").message, "no room");
  jobs_.Succeeded("a");
  EXPECT_TRUE(jobs_.failures().empty());
}

TEST_F(JobsTest, TheNextDaemonSeesAJobOfTheOneBefore) {
  ASSERT_TRUE(jobs_.Start({"a", {"/bin/sleep", "60"}, {}}).ok());
  Jobs next(directory_, clock_);
  EXPECT_EQ(next.Busy(), std::set<std::string>{"a"});
  EXPECT_EQ(next.Start({"a", {"/bin/true"}, {}}).code(), Code::kUnavailable);
  next.Forget("a");  // not while it runs
  EXPECT_EQ(next.Busy(), std::set<std::string>{"a"});
  // The lock file's holder is the sleeper alone: found by its command line in our own children.
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    const auto children = snapshot::ReadFile(entry.path().string() + "/children", 1 << 16);
    if (children.ok() && !children->empty()) {
      kill(std::atoi(std::string(AsText(*children)).c_str()), SIGKILL);
    }
  }
  AwaitEnd(jobs_);
  EXPECT_TRUE(next.Busy().empty());
  EXPECT_EQ(jobs_.failures().at("a").message, "signal 9 (Killed)");
}

TEST_F(JobsTest, AJobHasTheLockAndNoOtherDescriptorOfOurs) {
  const UniqueFd leaky(socket(AF_INET, SOCK_STREAM, 0));  // without close-on-exec, as libraries do
  ASSERT_TRUE(jobs_.Start({"a", {"/bin/ls", "/proc/self/fd"}, {{"LC_ALL", "C"}}}).ok());
  AwaitEnd(jobs_);
  EXPECT_EQ(Output("a"), "0\n1\n2\n3\n4\n");  // 4: ls's own
}

TEST_F(JobsTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_FALSE(jobs_.Start({"a", {"/no/such/program"}, {}}).ok());
  EXPECT_TRUE(jobs_.Busy().empty());
}

TEST(NodeName, IsTheIdentifierOrADistinctShortOne) {
  Instance instance;
  instance.id = "cloudacademy-db-multi-1";
  EXPECT_EQ(NodeNameOf(instance), instance.id);
  instance.id = std::string(62, 'a') + "1";
  const std::string one = NodeNameOf(instance);
  instance.id.back() = '2';
  EXPECT_EQ(one.size(), 48U);
  EXPECT_NE(one, NodeNameOf(instance));
}

}  // namespace
}  // namespace borealis::control
