// Jobs: `borealis` commands that run for a while, one at a time for one resource. A job outlives
// its daemon: it holds its lock file open, so the next daemon sees that one runs. Adapter; one
// thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "control/reconcile/observed.h"
#include "node/process.h"

namespace borealis::control {

struct Job {
  std::string target;                              // resource id
  std::vector<std::string> argv;                   // argv[0] absolute
  std::map<std::string, std::string> environment;  // added to ours; may hold a secret
};

class Jobs {
 public:
  // `directory`: for lock files and output; there.
  Jobs(std::string directory, const Clock& clock)
      : directory_(std::move(directory)), clock_(clock) {}

  // kUnavailable: one runs for that resource.
  Status Start(const Job& job);

  // Takes the ends of jobs of ours: resource ids of those that succeeded.
  std::vector<std::string> Collect();
  std::set<std::string> Busy() const;
  // The process of a job of ours; nullopt: none runs, as far as was collected.
  std::optional<node::ProcessId> Running(const std::string& target) const;
  const std::map<std::string, Observed::Failure>& failures() const { return failures_; }
  void Failed(const std::string& target, const std::string& message);
  void Succeeded(const std::string& target) { failures_.erase(target); }
  // Resources that are gone: their files go.
  void Forget(const std::string& target);

 private:
  std::string LockPath(const std::string& target) const {
    return directory_ + "/" + target + ".lock";
  }
  std::string LogPath(const std::string& target) const {
    return directory_ + "/" + target + ".log";
  }

  const std::string directory_;
  const Clock& clock_;
  std::map<std::string, node::ProcessId> running_;  // of ours
  std::map<std::string, Observed::Failure> failures_;
};

}  // namespace borealis::control
