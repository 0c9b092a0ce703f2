#include "encryption/key_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/clock.h"
#include "base/spawn.h"
#include "base/unique_fd.h"

namespace borealis::encryption {
namespace {

// Key material in the making: wiped, never moved by growing.
class Material {
 public:
  ~Material() { Wipe(bytes_); }
  Material() = default;
  Material(const Material&) = delete;
  Material& operator=(const Material&) = delete;

  // True: there may be more. False: the end, or an error in errno with `failed`.
  bool ReadFrom(int fd, bool& failed) {
    const ssize_t n = read(fd, bytes_.data() + used_, bytes_.size() - used_);
    failed = n < 0 && errno != EINTR;
    if (n > 0) used_ += static_cast<size_t>(n);
    return n > 0 ? used_ < bytes_.size() : n < 0 && !failed;
  }

  Result<MasterKey> Judge(const std::string& whose) const {
    size_t length = used_;
    while (length > 0 && std::strchr(" \t\r\n", std::to_integer<int>(bytes_[length - 1]))) --length;
    if (length < kMasterBytesMin || length > kMasterBytesMax) {
      return Status(Code::kInvalidArgument,
                    fmt::format("{} gives a key of {} bytes, {} to {} are wanted; "
                                "`openssl rand -hex 32` makes a good one",
                                whose, length, kMasterBytesMin, kMasterBytesMax));
    }
    return MasterKeyOf(ByteView(bytes_).first(length));
  }

 private:
  std::array<std::byte, kMasterBytesMax + 16> bytes_{};
  size_t used_ = 0;
};

Status Failed(const std::string& what, int error) {
  const Code code = error == ENOENT ? Code::kNotFound : Code::kIo;
  return {code, fmt::format("{}: {}", what, strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

Result<MasterKey> FromFile(const KeySource& source) {
  const UniqueFd fd(open(source.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return Failed(source.Describe(), errno);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return Failed(source.Describe(), errno);
  if (!S_ISREG(info.st_mode)) {
    return Status(Code::kInvalidArgument, source.Describe() + " is no regular file");
  }
  if ((info.st_mode & S_IRWXO) != 0) {
    return Status(Code::kInvalidArgument,
                  fmt::format("{0} can be used by every account; `chmod o-rwx {1}`, and make a new "
                              "key if others may have read it",
                              source.Describe(), source.file));
  }
  Material material;
  bool failed = false;
  while (material.ReadFrom(fd.get(), failed)) {
  }
  if (failed) return Failed(source.Describe(), errno);
  return material.Judge(source.Describe());
}

int64_t NowMs() { return SystemClock().MonotonicNs() / 1'000'000; }

// Runs the command with its output in a pipe. Its errors go where ours go.
Result<pid_t> StartCommand(const std::string& command, int output) {
  SpawnPlan plan(SpawnPlan::Session::kOwn);
  plan.Give(output, STDOUT_FILENO);
  std::string text = command;
  char shell[] = "/bin/sh";
  char option[] = "-c";
  char* const argv[] = {shell, option, text.data(), nullptr};
  pid_t pid = -1;
  const int error = plan.Run(&pid, shell, argv, environ);
  if (error != 0) return Failed("the key command can't be started", error);
  return pid;
}

Result<MasterKey> FromCommand(const KeySource& source, int timeout_ms) {
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) return Failed("a pipe for the key command", errno);
  const UniqueFd out(pipe_fds[0]);
  UniqueFd in(pipe_fds[1]);
  ASSIGN_OR_RETURN(const pid_t pid, StartCommand(source.command, in.get()));
  in.Reset();
  Material material;
  bool failed = false;
  bool late = false;
  const int64_t end_ms = NowMs() + timeout_ms;
  for (bool more = true; more;) {
    const int64_t left_ms = end_ms - NowMs();
    pollfd wait{out.get(), POLLIN, 0};
    late = left_ms <= 0 || poll(&wait, 1, static_cast<int>(left_ms)) == 0;
    more = !late && material.ReadFrom(out.get(), failed);
  }
  if (late) kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) {
    return Status(Code::kTimeout,
                  fmt::format("the key command did not end within {} s", timeout_ms / 1000));
  }
  if (failed) return Failed("the key command's output", errno);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return Status(Code::kUnavailable,
                  WIFEXITED(status)
                      ? fmt::format("the key command failed with exit code {}", WEXITSTATUS(status))
                      : fmt::format("the key command was ended by signal {}", WTERMSIG(status)));
  }
  return material.Judge(source.Describe());
}

std::string Variable(const char* name) {
  const char* value = getenv(name);  // NOLINT(concurrency-mt-unsafe): set before there are threads
  return value != nullptr ? value : "";
}

}  // namespace

KeySource KeySource::FromEnvironment() {
  return {Variable(kKeyFileVariable), Variable(kKeyCommandVariable)};
}

std::string KeySource::Describe() const {
  if (!file.empty()) return "key file " + file;
  return command.empty() ? "no key" : "the key command";
}

MasterKey MasterKeyOf(ByteView material) {
  MasterKey master;
  master.key = Derive(material, {}, "borealis master key");
  const Secret print = Derive(material, {}, "borealis master key fingerprint");
  std::memcpy(&master.fingerprint, print.bytes().data(), sizeof(master.fingerprint));
  return master;
}

std::string FormatFingerprint(uint64_t fingerprint) { return fmt::format("{:016x}", fingerprint); }

Result<MasterKey> FetchMasterKey(const KeySource& source, int timeout_ms) {
  if (!source.file.empty() && !source.command.empty()) {
    return Status(Code::kInvalidArgument, "both a key file and a key command are named: name one");
  }
  if (!source.file.empty()) return FromFile(source);
  if (!source.command.empty()) return FromCommand(source, timeout_ms);
  return Status(Code::kInvalidArgument,
                fmt::format("name the master key: --key-file FILE or --key-command COMMAND, or {} "
                            "or {} in the environment",
                            kKeyFileVariable, kKeyCommandVariable));
}

}  // namespace borealis::encryption
