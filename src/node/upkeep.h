// Upkeep of a volume, carried out: looking, taking a snapshot, deleting surplus ones, trimming; and
// the agent's thread that has it done. Adapter around upkeep_plan.h.
//
// The work is done by a process of its own (`borealis volume tend`), at the lowest priority, under
// the lease for snapshots: it may die at any point. The agent only looks, and starts it when
// something is due.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "node/process.h"
#include "node/snapshot_take.h"
#include "node/upkeep_plan.h"
#include "storage/local/local_backend.h"

namespace borealis::node {

// What is known of snapshots: they do not change.
using KnownSnapshots = std::map<Seqno, SnapshotFact>;

// `directory`: of the volume, for the space that is left there. `known` may be null; else what is
// in it is not read again.
Result<VolumeFacts> GatherFacts(storage::Backend& volume, const std::string& directory,
                                const Clock& clock, KnownSnapshots* known = nullptr);

// Does what is due now, and fills up the volume's reserve when there is room. kConflict: another
// does it. What it did is told to `progress`.
Status TendVolume(const TakeRequest& request, const UpkeepPolicy& policy, const Clock& clock,
                  const Progress& progress, const std::atomic<bool>& cancel);

// Removes snapshots and log as the plan says and returns the bytes freed of the log. On a full disk
// it lives on the volume's reserve.
Result<uint64_t> Discard(storage::LocalBackend& volume, const UpkeepPlan& plan, const Clock& clock,
                         const Progress& progress);

// What the agent has done when it is due, by a process of its own.
struct UpkeepDuty {
  std::string name;  // for the log: "upkeep", "export"
  std::function<bool(const UpkeepPlan&)> due;
  std::vector<std::string> command;  // argv
  bool takes_policy = false;         // --upkeep=POLICY is added to it
  std::string output;                // file that it writes
  bool warns = false;                // whether the plan's warnings go to the log
};

// The policy, and what a file says in its place from the next look on; empty: none does. A file
// that can't be read or says nonsense changes nothing, with a warning.
struct PolicySource {
  UpkeepPolicy policy;
  std::string file;
};

// The agent's thread for one duty. What hangs in one, a network share, say, holds up no other.
class UpkeepWatch {
 public:
  UpkeepWatch(std::string volume, PolicySource policy, UpkeepDuty duty, const Clock& clock);
  // Ends the process, if one runs.
  ~UpkeepWatch();
  // Whether this node is ready: only then it looks. Cheap.
  void Allow(bool ready) EXCLUDES(mutex_);

 private:
  void Loop();
  bool IsDue();
  Result<ProcessEnd> Run();
  void Tend();
  void ReadPolicy();

  const std::string volume_;
  PolicySource policy_;  // of the thread
  const UpkeepDuty duty_;
  const Clock& clock_;
  Mutex mutex_;
  CondVar wake_;
  bool ready_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::atomic<bool> cancel_{false};
  KnownSnapshots known_;      // of the thread
  std::string last_warning_;  // of the thread
  std::thread thread_;
};

}  // namespace borealis::node
