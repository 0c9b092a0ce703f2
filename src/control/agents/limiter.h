// Limiter: puts what runs for an instance (agent, server, all they start) into a cgroup of version
// 2 with the limits of its class. Adapter; one thread.
//
//   DIR/             delegated by the operator: writable, with the controllers cpu and memory, and
//                    no process of its own
//     db-XXXXXXXX/   of one instance, by its resource id
//
// A group outlives the daemon as its processes do. Without DIR nothing is limited.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/status.h"
#include "control/model/class_limits.h"
#include "control/model/region.h"

namespace borealis::control {

class Limiter {
 public:
  Limiter() = default;  // limits nothing
  // kUnavailable: the directory is no such cgroup; the message says what it lacks.
  static Result<Limiter> Open(const std::string& directory);

  // The instance's group with these limits; before it is launched.
  Status Provide(const std::string& resource_id, const ClassLimits& limits) const;
  // A process that has just been started: what it starts is in the group, too.
  Status Add(const std::string& resource_id, pid_t pid) const;
  // How many processes of the instance the kernel has ended for want of memory.
  int64_t MemoryKills(const std::string& resource_id) const;
  // Groups of instances that are not in the region any more, and in which nothing runs.
  void Clean(const Region& region) const;

 private:
  std::string GroupOf(const std::string& resource_id) const {
    return directory_ + "/" + resource_id;
  }

  std::string directory_;  // empty: limits nothing
};

}  // namespace borealis::control
