#include "node/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "base/clock.h"
#include "base/spawn.h"

namespace borealis::node {
namespace {

using snapshot::ErrnoStatus;

constexpr size_t kProcBytesMax = 1 << 20;

int64_t NowMs() { return SystemClock().MonotonicNs() / 1'000'000; }

UniqueFd PidfdOpen(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec by itself
}

}  // namespace

std::optional<ProcessId> FindProcess(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const auto stat = snapshot::ReadFile(fmt::format("/proc/{}/stat", pid), kProcBytesMax);
  if (!stat.ok()) return std::nullopt;
  const std::string_view text = AsText(*stat);
  // "pid (name) state ppid ...": the name may hold anything, so count from its last parenthesis.
  const size_t close = text.rfind(')');
  if (close == std::string_view::npos || close + 2 >= text.size()) return std::nullopt;
  std::string_view rest = text.substr(close + 2);
  if (rest.front() == 'Z' || rest.front() == 'X') return std::nullopt;
  for (int field = 3; field < 22; ++field) {
    const size_t space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(space + 1);
  }
  ProcessId id{pid, 0};
  std::from_chars(rest.data(), rest.data() + rest.size(), id.start_ticks);
  return id;
}

Result<Child> Spawn(const SpawnOptions& options) {
  CHECK(!options.argv.empty());
  std::vector<char*> argv;
  for (const std::string& arg : options.argv) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);

  SpawnPlan plan(SpawnPlan::Session::kOwn,
                 options.input_path.empty() ? "/dev/null" : options.input_path.c_str());
  const UniqueFd output(
      open(options.output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.valid()) return ErrnoStatus(errno, "open", options.output_path);
  plan.Give(output.get(), STDOUT_FILENO);
  plan.Give(output.get(), STDERR_FILENO);

  Child child;
  const int error = plan.Run(&child.id.pid, argv[0], argv.data(), environ);
  if (error != 0) return ErrnoStatus(error, "start", options.argv[0]);
  // It is our child: its number is not reused before we reap it, so both lookups mean this process.
  child.pidfd = PidfdOpen(child.id.pid);
  if (!child.pidfd.valid()) {
    Status status = ErrnoStatus(errno, "watch", options.argv[0]);
    kill(child.id.pid, SIGKILL);
    waitpid(child.id.pid, nullptr, 0);
    return status;
  }
  if (const auto id = FindProcess(child.id.pid)) child.id = *id;  // else: ended already
  return child;
}

Result<UniqueFd> OpenPidfd(const ProcessId& id) {
  const Status ended(Code::kNotFound, fmt::format("process {} ended", id.pid));
  if (!IsAlive(id)) return ended;
  UniqueFd pidfd = PidfdOpen(id.pid);
  // Between look and open the number may have changed hands.
  if (!pidfd.valid() || !IsAlive(id)) return ended;
  return pidfd;
}

Status SendSignal(const UniqueFd& pidfd, int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0) return Status::Ok();
  const int error = errno;
  if (error == ESRCH) return {Code::kNotFound, "the process ended"};
  return ErrnoStatus(error, "signal", "process");
}

bool WaitForEnd(const UniqueFd& pidfd, int timeout_ms) {
  const int64_t deadline = NowMs() + timeout_ms;
  while (true) {
    const int left =
        timeout_ms < 0 ? -1 : static_cast<int>(std::max<int64_t>(0, deadline - NowMs()));
    pollfd poll_fd{pidfd.get(), POLLIN, 0};
    const int n = poll(&poll_fd, 1, left);
    if (n > 0) return true;
    if (n == 0) return false;
    CHECK(errno == EINTR);
  }
}

std::string ProcessEnd::ToString() const {
  if (!known) return "unknown";
  if (signal == 0) return fmt::format("exit code {}", exit_code);
  return fmt::format("signal {} ({})", signal, sigdescr_np(signal) ? sigdescr_np(signal) : "?");
}

ProcessEnd Reap(const ProcessId& id) {
  int status = 0;
  if (waitpid(id.pid, &status, WNOHANG) != id.pid) return {};
  ProcessEnd end;
  end.known = true;
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_code = WEXITSTATUS(status);
  }
  return end;
}

std::optional<ProcessId> FindLockHolder(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return std::nullopt;
  struct flock lock {};
  lock.l_type = F_WRLCK;  // as a question only: nothing is locked
  lock.l_whence = SEEK_SET;
  if (fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return FindProcess(lock.l_pid);
}

std::vector<std::string> CommandLineOf(pid_t pid) {
  const auto bytes = snapshot::ReadFile(fmt::format("/proc/{}/cmdline", pid), kProcBytesMax);
  std::vector<std::string> words;
  if (!bytes.ok()) return words;
  std::string_view text = AsText(*bytes);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\0'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool HasOption(const std::vector<std::string>& words, std::string_view option,
               std::string_view value) {
  const auto at = std::ranges::find(words, option);
  return at != words.end() && at + 1 != words.end() && *(at + 1) == value;
}

Result<std::vector<pid_t>> ListProcesses() {
  ASSIGN_OR_RETURN(const std::vector<std::string> entries, snapshot::ListDirectory("/proc"));
  std::vector<pid_t> pids;
  for (const std::string& entry : entries) {
    pid_t pid = 0;
    const char* end = entry.data() + entry.size();
    if (std::from_chars(entry.data(), end, pid).ptr == end) pids.push_back(pid);
  }
  return pids;
}

}  // namespace borealis::node
