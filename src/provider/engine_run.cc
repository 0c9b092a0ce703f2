#include "provider/engine_run.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "base/spawn.h"
#include "snapshot/files.h"

extern char** environ;

namespace borealis::provider {
namespace {

constexpr size_t kCommandBytesMax = 4 << 20;
constexpr size_t kOutputBytesMax = 64 << 20;
constexpr size_t kLocksBytesMax = 16 << 20;

// Words of the command line of this process.
Result<std::vector<std::string>> OwnCommand() {
  ASSIGN_OR_RETURN(const Bytes bytes, snapshot::ReadFile("/proc/self/cmdline", kCommandBytesMax));
  std::vector<std::string> words;
  std::string_view text = AsText(bytes);
  while (!text.empty()) {
    const size_t end = text.find('\0');
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

// Ours, but for the way to the service manager: it is this process that it waits for.
std::vector<char*> ChildEnvironment() {
  std::vector<char*> out;
  for (char** word = environ; *word != nullptr; ++word) {
    if (!std::string_view(*word).starts_with("NOTIFY_SOCKET=")) out.push_back(*word);
  }
  out.push_back(nullptr);
  return out;
}

// Its output goes to the end of a file.
Result<int> RunToEnd(std::vector<std::string> words, const std::string& output) {
  const UniqueFd file(open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) return snapshot::ErrnoStatus(errno, "open", output);
  SpawnPlan plan(SpawnPlan::Session::kOurs);
  plan.Give(file.get(), STDOUT_FILENO);
  plan.Give(file.get(), STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> environment = ChildEnvironment();
  pid_t pid = 0;
  const int error = plan.Run(&pid, "/proc/self/exe", argv.data(), environment.data());
  if (error != 0) return snapshot::ErrnoStatus(error, "run", "/proc/self/exe");
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return snapshot::ErrnoStatus(errno, "wait for", words[0]);
  }
  return status;
}

}  // namespace

bool EnginesRun(const std::string& datadir) {
  // The file is not opened: to close it again would release the lock that engines in this process
  // hold on it.
  struct stat info {};
  if (stat((datadir + "/ibdata1").c_str(), &info) != 0) return false;
  const auto locks = snapshot::ReadFile("/proc/locks", kLocksBytesMax);
  // "1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 0 EOF"
  return !locks.ok() ||
         AsText(*locks).find(fmt::format(" {:02x}:{:02x}:{} ", major(info.st_dev),
                                         minor(info.st_dev), info.st_ino)) != std::string::npos;
}

Result<snapshot::EnginePosition> RecoverEngines(const std::string& output) {
  ASSIGN_OR_RETURN(std::vector<std::string> words, OwnCommand());
  // Nothing that the server of this command line has, or will have, must be touched.
  for (const char* option : {"--wsrep-recover", "--skip-wsrep-new-cluster", "--skip-networking"}) {
    words.emplace_back(option);
  }
  words.push_back("--socket=" + output + ".sock");
  words.push_back("--pid-file=" + output + ".pid");
  words.push_back("--log-error=" + output);
  unlink(output.c_str());
  ASSIGN_OR_RETURN(const int status, RunToEnd(std::move(words), output));
  unlink((output + ".sock").c_str());
  unlink((output + ".pid").c_str());
  const auto text = snapshot::ReadFile(output, kOutputBytesMax);
  const auto position = text.ok() ? snapshot::ParseRecoveredPosition(AsText(*text)) : std::nullopt;
  if (!position.has_value()) {
    return Status(Code::kIo, fmt::format("the recovery of the storage engines ended with {} and "
                                         "told no position; see {}",
                                         status, output));
  }
  unlink(output.c_str());
  return *position;
}

}  // namespace borealis::provider
