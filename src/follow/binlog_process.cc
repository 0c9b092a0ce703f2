#include "follow/binlog_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>  // NOLINT: kill is POSIX, not C
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace borealis::follow {
namespace {

using snapshot::ErrnoStatus;
using snapshot::UniqueFd;

constexpr size_t kReadBytes = 256 << 10;
constexpr size_t kComplaintBytesMax = 4096;

// In the child, after the fork: system calls only.
[[noreturn]] void Become(const std::vector<char*>& argv, int output, int errors, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): after a fork
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) _exit(127);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Result<BinlogProcess> BinlogProcess::Start(const std::vector<std::string>& argv) {
  if (access(argv[0].c_str(), X_OK) != 0) {
    return Status(Code::kNotFound, fmt::format("{} can't be run; install mariadb-client", argv[0]));
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "make", "a pipe");
  UniqueFd output(ends[0]);
  const UniqueFd input(ends[1]);
  UniqueFd errors(memfd_create("mariadb-binlog errors", MFD_CLOEXEC));
  if (!errors.valid()) return ErrnoStatus(errno, "make", "a file in memory");
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT
  words.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return ErrnoStatus(errno, "start", argv[0]);
  if (pid == 0) Become(words, input.get(), errors.get(), parent);
  return BinlogProcess(pid, std::move(output), std::move(errors));
}

BinlogProcess::~BinlogProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

BinlogProcess::BinlogProcess(BinlogProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      looked_(other.looked_) {}

Result<std::optional<std::string>> BinlogProcess::Line(int timeout_ms) {
  while (true) {
    const size_t end = buffer_.find('\n', looked_);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = looked_ = end + 1;
      return std::optional(std::move(line));
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    looked_ = buffer_.size();
    pollfd waiting = {.fd = output_.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, timeout_ms);
    if (ready < 0 && errno != EINTR) return ErrnoStatus(errno, "wait for", "mariadb-binlog");
    if (ready <= 0) return std::optional<std::string>();
    const size_t before = buffer_.size();
    buffer_.resize(before + kReadBytes);
    const ssize_t n = read(output_.get(), buffer_.data() + before, kReadBytes);
    buffer_.resize(before + static_cast<size_t>(n > 0 ? n : 0));
    if (n == 0) return Status(Code::kUnavailable, "mariadb-binlog ended: " + Complaint());
    if (n < 0 && errno != EINTR) return ErrnoStatus(errno, "read from", "mariadb-binlog");
  }
}

bool BinlogProcess::HasMore() const {
  if (buffer_.find('\n', looked_) != std::string::npos) return true;
  pollfd waiting = {.fd = output_.get(), .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, 0) > 0 && (waiting.revents & POLLIN) != 0;
}

std::string BinlogProcess::Complaint() const {
  std::string text(kComplaintBytesMax, '\0');
  const off_t size = lseek(errors_.get(), 0, SEEK_END);
  const off_t from =
      size > static_cast<off_t>(text.size()) ? size - static_cast<off_t>(text.size()) : 0;
  const ssize_t n = pread(errors_.get(), text.data(), text.size(), from);
  text.resize(static_cast<size_t>(n > 0 ? n : 0));
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace borealis::follow
