#include "node/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "node/server_process.h"
#include "snapshot/testing.h"

namespace borealis::node {
namespace {

using snapshot::TempDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kPatienceMs = 60'000;

TEST(Process, AChildsEndIsSeenAndExplained) {
  const TempDirectory dir;
  const auto child = Spawn({{"/bin/sh", "-c", "echo out; echo err >&2; exit 3"}, dir / "out"});
  ASSERT_TRUE(child.ok()) << child.status().ToString();
  ASSERT_TRUE(WaitForEnd(child->pidfd, kPatienceMs));
  const ProcessEnd end = Reap(child->id);
  EXPECT_EQ(end, (ProcessEnd{true, 3, 0}));
  EXPECT_EQ(end.ToString(), "exit code 3");
  EXPECT_EQ(snapshot::ReadText(dir / "out"), "out\nerr\n");
  EXPECT_FALSE(IsAlive(child->id));
}

TEST(Process, AKilledChildSaysWhichSignal) {
  const TempDirectory dir;
  const auto child = Spawn({{"/bin/sleep", "1000"}, dir / "out"});
  ASSERT_TRUE(child.ok());
  EXPECT_TRUE(IsAlive(child->id));
  EXPECT_FALSE(WaitForEnd(child->pidfd, 0));
  ASSERT_TRUE(SendSignal(child->pidfd, SIGKILL).ok());
  ASSERT_TRUE(WaitForEnd(child->pidfd, kPatienceMs));
  EXPECT_FALSE(IsAlive(child->id));  // a zombie is no process
  EXPECT_EQ(Reap(child->id).ToString(), "signal 9 (Killed)");
  EXPECT_EQ(SendSignal(child->pidfd, SIGTERM).code(), Code::kNotFound);
  EXPECT_EQ(Reap(child->id), ProcessEnd{});
}

TEST(Process, AChildLeadsItsOwnSessionWithNoSignalBlocked) {
  const TempDirectory dir;
  sigset_t set;
  sigset_t old;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  ASSERT_EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
  const auto child = Spawn({{"/bin/sleep", "1000"}, dir / "out"});
  sigprocmask(SIG_SETMASK, &old, nullptr);
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(getsid(child->id.pid), child->id.pid);
  ASSERT_TRUE(SendSignal(child->pidfd, SIGTERM).ok());
  ASSERT_TRUE(WaitForEnd(child->pidfd, kPatienceMs));
  EXPECT_EQ(Reap(child->id).signal, SIGTERM);
}

TEST(Process, AMissingProgramIsNotFound) {
  const TempDirectory dir;
  EXPECT_EQ(Spawn({{"/no/such/program"}, dir / "out"}).status().code(), Code::kNotFound);
}

TEST(Process, TheSamePidIsNotTheSameProcess) {
  const auto self = FindProcess(getpid());
  ASSERT_TRUE(self);
  EXPECT_TRUE(IsAlive(*self));
  EXPECT_FALSE(IsAlive({self->pid, self->start_ticks + 1}));
  EXPECT_EQ(OpenPidfd({self->pid, self->start_ticks + 1}).status().code(), Code::kNotFound);
  EXPECT_FALSE(IsAlive({}));
}

TEST(Process, ALockHolderIsFound) {
  const TempDirectory dir;
  snapshot::WriteText(dir / "file", "x");
  EXPECT_EQ(FindLockHolder(dir / "file"), std::nullopt);
  EXPECT_EQ(FindLockHolder(dir / "none"), std::nullopt);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open((dir / "file").c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    fcntl(fd, F_SETLK, &lock);
    (void)!write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const auto holder = FindLockHolder(dir / "file");
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->pid, child);
  const auto pidfd = OpenPidfd(*holder);
  ASSERT_TRUE(SendSignal(*pidfd, SIGKILL).ok());
  ASSERT_TRUE(WaitForEnd(*pidfd, kPatienceMs));
  Reap(*holder);
  close(ready[0]);
  close(ready[1]);
}

TEST(Process, CommandLinesAreReadInWords) {
  const TempDirectory dir;
  // A process that is just being executed has no command line yet: this one says when it runs.
  const std::string script = "echo begun; while :; do :; done";
  const auto child = Spawn({{"/bin/sh", "-c", script}, dir / "out"});
  ASSERT_TRUE(child.ok());
  while (snapshot::ReadText(dir / "out").empty()) std::this_thread::yield();
  EXPECT_THAT(CommandLineOf(child->id.pid), ElementsAre("/bin/sh", "-c", script));
  ASSERT_TRUE(SendSignal(child->pidfd, SIGKILL).ok());
  ASSERT_TRUE(WaitForEnd(child->pidfd, kPatienceMs));
  Reap(child->id);
}

TEST(RunToEnd, KillsWhatTakesTooLongOrIsCancelled) {
  const TempDirectory dir;
  EXPECT_EQ(RunToEnd({{"/bin/sleep", "1000"}, dir / "out"}, 100, nullptr).status().code(),
            Code::kTimeout);
  const std::atomic<bool> cancel{true};
  EXPECT_EQ(RunToEnd({{"/bin/sleep", "1000"}, dir / "out"}, kPatienceMs, &cancel).status().code(),
            Code::kAborted);
  EXPECT_EQ(*RunToEnd({{"/bin/true"}, dir / "out"}, kPatienceMs, nullptr),
            (ProcessEnd{true, 0, 0}));
}

TEST(Logs, TheTailSinceAPlaceIsRead) {
  const TempDirectory dir;
  snapshot::WriteText(dir / "log", "old\nnew\n");
  EXPECT_EQ(ReadLogSince(dir / "log", 4), "new\n");
  EXPECT_EQ(ReadLogSince(dir / "log", 100), "old\nnew\n");  // rotated: it is shorter now
  EXPECT_EQ(ReadLogTail(dir / "none"), "");
  snapshot::WriteText(dir / "long", std::string(100'000, 'a') + "end");
  EXPECT_EQ(ReadLogTail(dir / "long").size(), 64U << 10);
  EXPECT_TRUE(ReadLogTail(dir / "long").ends_with("end"));
}

TEST(CheckEndpoint, RefusesWhatIsNoAddressOrNotOurs) {
  EXPECT_EQ(CheckEndpoint("localhost.example", 3306).code(), Code::kInvalidArgument);
  EXPECT_FALSE(CheckEndpoint("192.0.2.1", 3306).ok());
}

TEST(CheckEndpoint, WaitsForASocketThatIsAboutToBeClosed) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), 0);
  std::thread closer([fd] {
    poll(nullptr, 0, 200);  // as the end of a process takes
    close(fd);
  });
  const Status status = CheckEndpoint("127.0.0.1", ntohs(address.sin_port));
  EXPECT_TRUE(status.ok()) << status.ToString();
  closer.join();
}

}  // namespace
}  // namespace borealis::node
