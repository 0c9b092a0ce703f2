// The reconciler's decisions: (desired, observed) -> (what is known now, steps). Pure.
//
// A step is idempotent and may be interrupted anywhere: it is decided again from what is seen then.
// What is known is saved before the steps are taken. One step at a time runs for one resource.
//
//   cluster   creating -> available -> deleting -> gone
//               |           | ^ resetting-master-credentials
//               |           | ^ stopping -> stopped -> starting
//               +-> failed (the volume can't be made)
//   instance  creating -> available <-> rebooting, modifying;  any -> deleting -> gone
//               available -> stopping -> stopped -> starting -> available
//               +-> failed (held by its agent) -> available, when the agent takes it up again
//   snapshot  creating, copying -> available -> deleting -> gone
//               +-> failed
//
// An instance is available when its server accepts writes and the master user can log in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/model/parameters.h"
#include "control/model/region.h"
#include "control/reconcile/observed.h"

namespace borealis::control {

struct Step {
  enum class Kind {
    kMakeVolume,  // empty, or with what the cluster's origin says
    kLaunchAgent,
    kMakeUser,       // master user (password's hash from the cluster), database
    kStopNode,       // agent and server
    kCrashServer,    // at most once: never decided again from what is seen
    kSetParameters,  // on the server that runs
    kFreeSlot,       // of a node that has stopped
    kRemoveNode,     // its files
    kRemoveFiles,    // of the cluster
    kTakeBackup,     // the snapshot's files, from the cluster's volume
    kCopyBackup,     // from those of another snapshot
    kRemoveBackup,
  };
  Kind kind;
  Cluster cluster = {};
  Instance instance = {};             // of what is about one
  ParameterValues parameters = {};    // to start with; to set
  ClusterSnapshot snapshot = {};      // of what is about one
  const std::string& Target() const;  // resource id
};

struct Decision {
  Region region;
  std::vector<Step> steps;
};

// After a failed job the next try waits: 0.5 s, doubled each time, up to 30 s.
int64_t RetryDelayUs(int failures);
inline constexpr int kVolumeTriesMax = 4;
inline constexpr int kBackupTriesMax = 4;
inline constexpr int kAgentTriesMax = 5;  // then the instance is shown as failed; tries go on

Decision Decide(const Region& desired, const Observed& observed, int64_t now_us);

// Whether anything is under way, so that a look is due soon.
bool InTransition(const Region& region);

}  // namespace borealis::control
