// What is, as the reconciler sees it. Values; pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace borealis::control {

// Any moment from the one to the other can be restored; {0, 0}: none.
struct RestoreSpan {
  int64_t earliest_us = 0;
  int64_t latest_us = 0;
};
using Restorable = std::map<std::string, RestoreSpan>;  // by a cluster's resource id

struct ObservedCluster {
  bool volume_ready = false;     // complete: a server can start on it
  bool directory_there = false;  // anything of it is on disk
  RestoreSpan restorable;
};

struct ObservedSnapshot {
  bool whole = false;  // it can be restored
  bool directory_there = false;
};

struct ObservedInstance {
  enum class Node {
    kNone,    // the agent said nothing, or stopped on request
    kComing,  // prepares, restores, recovers, replays; is behind; waits for a retry
    kReady,   // accepts reads and writes
    kHeld,    // failed in a way that retrying cannot cure
  };
  Node node = Node::kNone;
  bool stopped = false;       // its last agent stopped it on request
  bool agent_lives = false;   // its agent's process
  bool server_lives = false;  // its server's process
  bool has_slot = false;      // the volume knows it
  bool files_there = false;   // it has a directory
  std::string message;        // why it is held
  int64_t crash_us = 0;       // newest unexpected end of the server; 0: none
};

// By resource id: a new cluster of an old name is another one.
struct Observed {
  std::map<std::string, ObservedCluster> clusters;
  std::map<std::string, ObservedInstance> instances;
  std::map<std::string, ObservedSnapshot> snapshots;  // with a directory of their own
  // Resource ids for which a job runs now, of this daemon or of one before it.
  std::set<std::string> busy;
  bool endpoints_there = true;  // those that were wanted a moment ago
  // Jobs that failed since they succeeded last: resource id -> times in a row, and why.
  struct Failure {
    int count = 0;
    std::string message;
    int64_t at_us = 0;
  };
  std::map<std::string, Failure> failures;
  // Hashes of passwords that the servers have been given by this daemon: of a cluster, the newest.
  std::map<std::string, std::string> passwords_set;
  // Instances of which the kernel has ended a process since the last look: their class has no more
  // memory.
  std::set<std::string> out_of_memory;
  // Parameters that this daemon has set on instances since the last look; "DEFAULT": not any more.
  std::map<std::string, std::map<std::string, std::string>> parameters_set;
};

}  // namespace borealis::control
