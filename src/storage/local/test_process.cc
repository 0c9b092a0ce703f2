#include "storage/local/test_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/check.h"

extern char** environ;

namespace borealis::storage::local {
namespace {

std::string ProgramPath() {
  std::array<char, 4096> self{};
  const ssize_t n = ::readlink("/proc/self/exe", self.data(), self.size());
  CHECK(n > 0);
  const std::string path(self.data(), static_cast<size_t>(n));
  return path.substr(0, path.rfind('/')) + "/local_test_process";
}

}  // namespace

TestProcess::TestProcess(const std::string& volume) {
  ::signal(SIGPIPE, SIG_IGN);  // a command to a dead process is answered by silence
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  CHECK(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  const std::string program = ProgramPath();
  std::array<char*, 3> arguments = {const_cast<char*>(program.c_str()),
                                    const_cast<char*>(volume.c_str()), nullptr};
  CHECK(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0,
        "cannot start {}", program);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_ = ::fdopen(in[1], "w");
  from_ = ::fdopen(out[0], "r");
}

TestProcess::~TestProcess() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    WaitUntilEnded();
  }
  std::fclose(to_);
  std::fclose(from_);
}

std::string TestProcess::StreamText(int writer, int number) {
  return fmt::format("{:<{}}\n", fmt::format("{} {}", writer, number), kStreamBytes - 1);
}

std::string TestProcess::Answer() {
  std::array<char, 256> line{};
  if (std::fgets(line.data(), line.size(), from_) == nullptr) return {};
  std::string text = line.data();
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

void TestProcess::Send(const std::string& command) {
  std::fprintf(to_, "%s\n", command.c_str());
  std::fflush(to_);
}

void TestProcess::ActAt(SyncPoint point, const std::string& action) {
  CHECK(Ask(fmt::format("at {} {}", static_cast<int>(point), action)) == "ok");
}

void TestProcess::Reap(int status) {
  ended_ = true;
  signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool TestProcess::WaitUntilStopped() {
  int status = 0;
  CHECK(::waitpid(pid_, &status, WUNTRACED) == pid_);
  if (WIFSTOPPED(status)) return true;
  Reap(status);
  return false;
}

void TestProcess::Stop() {
  CHECK(::kill(pid_, SIGSTOP) == 0);
  CHECK(WaitUntilStopped());
}

void TestProcess::Continue() { CHECK(::kill(pid_, SIGCONT) == 0); }

void TestProcess::Kill() {
  CHECK(::kill(pid_, SIGKILL) == 0);
  CHECK(WaitUntilEnded() == SIGKILL);
}

int TestProcess::WaitUntilEnded() {
  if (!ended_) {
    int status = 0;
    CHECK(::waitpid(pid_, &status, 0) == pid_);
    Reap(status);
  }
  return signal_;
}

bool TestProcess::HasEnded() {
  int status = 0;
  if (!ended_ && ::waitpid(pid_, &status, WNOHANG) == pid_) Reap(status);
  return ended_;
}

}  // namespace borealis::storage::local
