// Observer: looks at what is on this machine for a region: volumes, agents, servers, slots. Adapter
// over the node room; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/clock.h"
#include "control/agents/places.h"
#include "control/model/region.h"
#include "control/reconcile/observed.h"
#include "node/node_status.h"

namespace borealis::control {

class Observer {
 public:
  Observer(Places places, const Clock& clock) : places_(std::move(places)), clock_(clock) {}

  // `busy` and `failures` are left empty: they are the jobs'.
  Observed Look(const Region& region);
  // An agent that we started and that may not have said anything yet.
  void Launched(const std::string& instance_resource_id, const node::ProcessId& agent) {
    launched_[instance_resource_id] = agent;
  }
  // Of those, what has ended since the last call, with the last line of its log.
  std::map<std::string, std::string> TakeEnded() { return std::exchange(ended_, {}); }

 private:
  ObservedCluster LookAtCluster(const Cluster& cluster);
  RestoreSpan LookAtHistory(const Cluster& cluster);
  ObservedSnapshot LookAtSnapshot(const ClusterSnapshot& snapshot) const;
  ObservedInstance LookAtInstance(const Cluster& cluster, const Instance& instance);
  bool AgentRuns(const Cluster& cluster, const Instance& instance, const node::NodeStatus* status);

  const Places places_;
  const Clock& clock_;
  std::set<std::string> complete_;  // clusters whose volume was seen complete
  struct History {
    Seqno oldest;  // snapshot; its moment is span.earliest_us
    RestoreSpan span;
    int64_t looked_us = 0;
  };
  std::map<std::string, History> histories_;  // by resource id of the cluster
  std::map<std::string, node::ProcessId> launched_;
  std::map<std::string, std::string> ended_;
};

// Whether a process `borealis node run` looks after that node, by the command lines of this
// machine: what is not seen otherwise is an agent that has just been started.
bool AgentProcessRuns(const std::string& nodes, const std::string& name);

}  // namespace borealis::control
