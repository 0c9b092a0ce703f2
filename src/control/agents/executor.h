// Executor: carries out steps, by the public commands of `borealis`. Adapter; one thread.
#pragma once

#include <string>
#include <vector>

#include "control/agents/balancer.h"
#include "control/agents/jobs.h"
#include "control/agents/limiter.h"
#include "control/agents/observer.h"
#include "control/agents/places.h"
#include "control/reconcile/decide.h"

namespace borealis::control {

// How agents and servers are run.
struct Programs {
  std::string borealis;  // this program
  std::string server;
  std::string provider;                     // empty: beside the program
  std::string plugin;                       // empty: beside the program
  std::string provider_options;             // added to what the control plane sets
  std::string balancer = kDefaultBalancer;  // haproxy
  std::string names;                        // suffix of endpoints' names; empty: they have none
};

class Executor {
 public:
  Executor(const Places& places, Programs programs, Limiter limiter, const Clock& clock)
      : places_(places),
        programs_(std::move(programs)),
        limiter_(std::move(limiter)),
        jobs_(places.jobs(), clock),
        observer_(places, clock) {}

  // What is now, jobs included.
  Observed Look(const Region& region);
  // Keeps what agents read while they run, and groups of processes, as the region wants them.
  void Settle(const Region& region);
  // Begins it. A failure is remembered as one of its resource's.
  void Take(const Step& step);
  // Resources of `before` that are not in `after` any more: nothing of them is kept.
  void Forget(const Region& before, const Region& after);

 private:
  Status Launch(const Step& step);
  std::set<std::string> OutOfMemory(const Region& region);
  Result<Job> MakeJob(const Step& step) const;
  std::vector<std::string> MakeVolume(const Cluster& cluster) const;
  // Of what starts servers.
  void AddPrograms(std::vector<std::string>& argv) const;

  const Places places_;
  const Programs programs_;
  const Limiter limiter_;
  Jobs jobs_;
  Observer observer_;
  std::map<std::string, std::string> passwords_under_way_;
  std::map<std::string, std::string> passwords_set_;
  std::map<std::string, int64_t> memory_kills_;  // of each instance, at the last look
  std::map<std::string, ParameterValues> parameters_under_way_;
  std::map<std::string, std::string> settled_;  // path -> content
};

}  // namespace borealis::control
