#include "control/agents/jobs.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"
#include "base/spawn.h"
#include "node/server_command.h"
#include "node/server_process.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr int kLockDescriptor = 3;  // of the job
constexpr std::string_view kLockSuffix = ".lock";

// A job holds its lock until it ended. What cannot be looked at counts as one that runs.
bool Ended(const std::string& lock_path) {
  return snapshot::LockFile(lock_path, snapshot::LockMode::kTry).ok();
}

}  // namespace

Status Jobs::Start(const Job& job) {
  const auto lock = snapshot::LockFile(LockPath(job.target), snapshot::LockMode::kTry);
  if (lock.status().code() == Code::kAlreadyExists) {
    return {Code::kUnavailable, "a job runs for " + job.target};
  }
  RETURN_IF_ERROR(lock.status());
  const std::string log = LogPath(job.target);
  const UniqueFd output(open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!output.valid()) return snapshot::ErrnoStatus(errno, "open", log);

  std::vector<char*> argv;
  for (const std::string& word : job.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> added;
  for (const auto& [name, value] : job.environment) {
    added.push_back(fmt::format("{}={}", name, value));
  }
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  for (const std::string& entry : added) environment.push_back(const_cast<char*>(entry.c_str()));
  environment.push_back(nullptr);

  SpawnPlan plan(SpawnPlan::Session::kOwn);
  plan.Give(output.get(), STDOUT_FILENO);
  plan.Give(output.get(), STDERR_FILENO);
  plan.Give(lock->get(), kLockDescriptor);
  pid_t pid = 0;
  const int error = plan.Run(&pid, argv[0], argv.data(), environment.data());
  if (error != 0) return snapshot::ErrnoStatus(error, "start", job.argv[0]);
  node::ProcessId id{pid, 0};
  if (const auto found = node::FindProcess(pid)) id = *found;  // else it ended already
  running_[job.target] = id;
  return Status::Ok();
}

std::vector<std::string> Jobs::Collect() {
  std::vector<std::string> succeeded;
  for (auto job = running_.begin(); job != running_.end();) {
    const node::ProcessEnd end = node::Reap(job->second);
    if (!end.known) {
      ++job;
      continue;
    }
    if (end == node::ProcessEnd{true, 0, 0}) {
      Succeeded(job->first);
      succeeded.push_back(job->first);
    } else {
      const std::string said = node::TailLines(node::ReadLogTail(LogPath(job->first)), 1);
      Failed(job->first, said.empty() ? end.ToString() : said);
    }
    job = running_.erase(job);
  }
  return succeeded;
}

void Jobs::Failed(const std::string& target, const std::string& message) {
  Observed::Failure& failure = failures_[target];
  ++failure.count;
  failure.message = message.starts_with("borealis: ") ? message.substr(10) : message;
  failure.at_us = clock_.WallUs();
  LogEvent(LogLevel::kWarning, failure.message,
           {{"resource", target}, {"failures", std::to_string(failure.count)}});
}

std::optional<node::ProcessId> Jobs::Running(const std::string& target) const {
  const auto found = running_.find(target);
  return found == running_.end() ? std::nullopt : std::optional(found->second);
}

std::set<std::string> Jobs::Busy() const {
  std::set<std::string> busy;
  for (const auto& [target, id] : running_) busy.insert(target);
  const auto names = snapshot::ListDirectory(directory_);
  if (!names.ok()) return busy;
  for (const std::string& name : *names) {
    if (!name.ends_with(kLockSuffix)) continue;
    if (!Ended(directory_ + "/" + name)) {
      busy.insert(name.substr(0, name.size() - kLockSuffix.size()));
    }
  }
  return busy;
}

void Jobs::Forget(const std::string& target) {
  failures_.erase(target);
  if (running_.contains(target) || !Ended(LockPath(target))) return;
  (void)unlink(LockPath(target).c_str());
  (void)unlink(LogPath(target).c_str());
}

}  // namespace borealis::control
