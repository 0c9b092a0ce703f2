#include "control/agents/balancer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>
#include <vector>

#include "base/log.h"
#include "base/spawn.h"
#include "base/unique_fd.h"
#include "node/account.h"
#include "node/server_command.h"
#include "node/server_process.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr size_t kConfigBytesMax = 4 << 20;
constexpr size_t kAnswerBytesMax = 1 << 20;
constexpr size_t kBlocksPerCommand = 50;
constexpr int kAskTimeoutS = 2;
constexpr rlim_t kFilesMax = 1 << 20;  // it has memory for each at once

std::string ReadText(const std::string& path) {
  const auto text = snapshot::ReadTextFile(path, kConfigBytesMax);
  return text.ok() ? *text : std::string();
}

Status WriteText(const std::string& path, const std::string& text) {
  return snapshot::WriteFileAtomically(path, AsBytes(text), snapshot::Durability::kProcess);
}

pid_t ParentOf(pid_t pid) {
  const std::string stat = ReadText(fmt::format("/proc/{}/stat", pid));
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > stat.size()) return 0;
  pid_t parent = 0;
  std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);  // ") S PARENT"
  return parent;
}

}  // namespace

Status CheckBalancer(const std::string& program) {
  if (access(program.c_str(), X_OK) == 0) return Status::Ok();
  return {Code::kNotFound,
          fmt::format("there is no {}, through which clients reach the servers; install haproxy "
                      "(scripts/install-deps does), or say where it is with --haproxy",
                      program)};
}

std::string BalancerUser() {
  return geteuid() == 0 && node::FindAccount(std::string("haproxy")).ok() ? "haproxy" : "";
}

int64_t BalancerFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kFilesMin;
  return static_cast<int64_t>(std::min<rlim_t>(limit.rlim_max, kFilesMax));
}

Balancer::State Balancer::Settle(const Balancing& wanted) {
  if (wanted.short_of_files && !short_of_files_) {
    LogWarning(
        "balancer: it may have {} files open, too few for the connections that all servers take "
        "together; endpoints take fewer",
        places_.files);
  }
  short_of_files_ = wanted.short_of_files;
  const auto settled = Try(wanted);
  const std::string failure = settled.ok() ? "" : settled.status().message();
  if (!failure.empty() && failure != last_failure_) LogError("balancer: {}", failure);
  if (failure.empty() && !last_failure_.empty()) LogInfo("balancer: works again");
  last_failure_ = failure;
  return settled.ok() ? *settled : State::kLoading;
}

Result<Balancer::State> Balancer::Try(const Balancing& wanted) {
  if (started_ > 0 && node::Reap({started_, 0}).known) started_ = 0;
  if (wanted.config.empty()) {
    const auto master = FindMaster();
    if (master && kill(*master, SIGTERM) != 0 && errno != ESRCH) {
      return snapshot::ErrnoStatus(errno, "end", program_);
    }
    return State::kSettled;
  }
  ASSIGN_OR_RETURN(const bool loaded, Load(wanted));
  if (!loaded) return State::kLoading;
  const bool all = clock_.MonotonicNs() < loaded_ns_ + kReloadSettlesNs;
  RETURN_IF_ERROR(SetLists(wanted, all));
  RETURN_IF_ERROR(SetServers(wanted, all));
  return all ? State::kSettling : State::kSettled;
}

// Whether the configuration runs; else it is made to. One load at a time: a signal to a process
// that is still starting would end it.
Result<bool> Balancer::Load(const Balancing& wanted) {
  const int64_t now_ns = clock_.MonotonicNs();
  const auto info = Ask(places_.socket(), "show info");
  const auto runs = [&](const std::string& name) {
    return info.ok() && info->find("\ndescription: " + name + "\n") != std::string::npos;
  };
  if (runs(wanted.name)) {
    if (loaded_ != wanted.name) {
      loaded_ = wanted.name;
      loaded_ns_ = now_ns;
      servers_.clear();
    }
    return true;
  }
  const auto master = FindMaster();
  if (master && !runs(signalled_) && now_ns < signalled_ns_ + kLoadTimeoutNs) return false;
  if (!master && now_ns < started_ns_ + kStartAgainNs) return false;
  const bool in_vain = signalled_ == wanted.name;  // nobody changed anything: it does not load
  RETURN_IF_ERROR(snapshot::MakeDirectory(places_.directory));
  RETURN_IF_ERROR(WriteLists(wanted));
  RETURN_IF_ERROR(WriteText(places_.config(), wanted.config));
  if (!master) {
    RETURN_IF_ERROR(Start());
  } else {
    // By its socket, not by a signal, which it loses, or dies of, while it starts.
    if (!Ask(places_.master_socket(), "reload").ok()) return false;  // it starts
  }
  signalled_ = wanted.name;
  signalled_ns_ = now_ns;
  if (!in_vain) return false;
  return Status(Code::kUnavailable, "endpoints are not all there: " + LastAlert());
}

// What HAProxy said is wrong.
std::string Balancer::LastAlert() const {
  const std::string log = node::ReadLogTail(places_.log());
  const size_t at = log.rfind("[ALERT]");
  return at == std::string::npos ? "see " + places_.log() : log.substr(at, log.find('\n', at) - at);
}

Status Balancer::WriteLists(const Balancing& wanted) const {
  for (const auto& [path, blocks] : wanted.lists) RETURN_IF_ERROR(WriteText(path, blocks));
  return Status::Ok();
}

Status Balancer::Start() {
  const UniqueFd output(
      open(places_.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!output.valid()) return snapshot::ErrnoStatus(errno, "open", places_.log());
  const std::string config = places_.config();
  const std::string socket = places_.master_socket() + ",mode,600";
  std::vector<const char*> argv = {program_.c_str(), "-W",   "-S", socket.c_str(), "-f",
                                   config.c_str(),   nullptr};
  SpawnPlan plan(SpawnPlan::Session::kOwn);
  plan.Give(output.get(), STDOUT_FILENO);
  plan.Give(output.get(), STDERR_FILENO);
  const int error =
      plan.Run(&started_, program_.c_str(), const_cast<char* const*>(argv.data()), environ);
  if (error != 0) return snapshot::ErrnoStatus(error, "start", program_);
  started_ns_ = clock_.MonotonicNs();
  LogInfo("balancer started, process {}", started_);
  return Status::Ok();
}

Status Balancer::SetLists(const Balancing& wanted, bool all) {
  for (const auto& [path, blocks] : wanted.lists) {
    if (!all && ReadText(path) == blocks) continue;
    ASSIGN_OR_RETURN(const std::string prepared, Ask(places_.socket(), "prepare acl " + path));
    const size_t colon = prepared.find("created: ");
    if (colon == std::string::npos) {
      return {Code::kUnavailable, fmt::format("no list {} yet: {}", path, prepared)};
    }
    uint32_t version = 0;
    std::from_chars(prepared.data() + colon + 9, prepared.data() + prepared.size(), version);
    std::string command;
    size_t count = 0;
    for (size_t at = 0; at < blocks.size();) {
      const size_t end = blocks.find('\n', at);
      command += fmt::format("add acl @{} {} {};", version, path, blocks.substr(at, end - at));
      at = end + 1;
      if (++count % kBlocksPerCommand == 0 || at >= blocks.size()) {
        RETURN_IF_ERROR(Ask(places_.socket(), command).status());
        command.clear();
      }
    }
    RETURN_IF_ERROR(
        Ask(places_.socket(), fmt::format("commit acl @{} {}", version, path)).status());
    RETURN_IF_ERROR(WriteText(path, blocks));  // what the next start reads
  }
  return Status::Ok();
}

Status Balancer::SetServers(const Balancing& wanted, bool all) {
  for (const auto& [name, serves] : wanted.servers) {
    const auto known = servers_.find(name);
    if (!all && known != servers_.end() && known->second == serves) continue;
    ASSIGN_OR_RETURN(const std::string answer,
                     Ask(places_.socket(),
                         fmt::format("set server {} state {}", name, serves ? "ready" : "maint")));
    if (answer.find("No such") != std::string::npos) {
      return {Code::kUnavailable, fmt::format("no server {} yet", name)};
    }
    servers_[name] = serves;
  }
  return Status::Ok();
}

Result<std::string> Balancer::Ask(const std::string& path, const std::string& command) const {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!fd.valid() || path.size() >= sizeof(address.sun_path)) {
    return Status(Code::kInvalidArgument, path + " is too long for a socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const timeval timeout{kAskTimeoutS, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  const std::string line = command + "\n";
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return snapshot::ErrnoStatus(errno, "ask", path);
  }
  std::string answer;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = recv(fd.get(), buffer, sizeof(buffer), 0)) > 0 && answer.size() < kAnswerBytesMax) {
    answer.append(buffer, static_cast<size_t>(got));
  }
  if (got < 0) return snapshot::ErrnoStatus(errno, "hear from", path);
  return answer;
}

std::optional<pid_t> Balancer::FindMaster() const {
  const auto processes = node::ListProcesses();
  if (!processes.ok()) return std::nullopt;
  std::set<pid_t> ours;
  for (const pid_t pid : *processes) {
    const std::vector<std::string> words = node::CommandLineOf(pid);
    if (words.empty() || !words[0].ends_with("haproxy")) continue;
    if (node::HasOption(words, "-f", places_.config())) ours.insert(pid);
  }
  for (const pid_t pid : ours) {
    if (!ours.contains(ParentOf(pid))) return pid;
  }
  return std::nullopt;
}

}  // namespace borealis::control
