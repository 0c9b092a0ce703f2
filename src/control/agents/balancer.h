// Balancer: keeps one HAProxy running as the region wants it. It is in a session of its own and
// outlives the daemon; the next daemon finds it by its command line. Adapter; one thread.
//
//   other endpoints or members  new configuration, reload: connections of the old one go on
//   other blocks of addresses   replaced at run time, as a whole, then in the file
//   other states of servers     set at run time
//
// A configuration names itself, so that it is known which one runs. For a moment after a load
// commands may reach the worker of before, so all is set again until that is over.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "control/reconcile/balancing.h"

namespace borealis::control {

inline constexpr char kDefaultBalancer[] = "/usr/sbin/haproxy";
inline constexpr int64_t kLoadTimeoutNs = 5'000'000'000;  // then it is tried again
inline constexpr int64_t kStartAgainNs = 1'000'000'000;   // after one that ended
inline constexpr int64_t kOthersLoadNs = 1'000'000'000;   // that a daemon before may have begun
inline constexpr int64_t kReloadSettlesNs = 1'000'000'000;

// kNotFound: there is no such program.
Status CheckBalancer(const std::string& program);
// The account that its workers become: for root the one that the package made, else none.
std::string BalancerUser();
// How many files it may have open. Source: getrlimit(2); it raises its own limit to the hard one.
int64_t BalancerFiles();

class Balancer {
 public:
  // `program`: haproxy. `directory`: for its files; made when it is missing.
  Balancer(BalancerPlaces places, std::string program, const Clock& clock)
      : places_(std::move(places)), program_(std::move(program)), clock_(clock) {}

  const BalancerPlaces& places() const { return places_; }
  // kLoading: endpoints are not all there. kSettling: they are; call again soon.
  enum class State { kLoading, kSettling, kSettled };
  // Does what is missing; what fails is logged, and tried again by the next call.
  State Settle(const Balancing& wanted);

 private:
  Result<State> Try(const Balancing& wanted);
  Result<bool> Load(const Balancing& wanted);
  Status WriteLists(const Balancing& wanted) const;
  Status Start();
  std::string LastAlert() const;
  Status SetLists(const Balancing& wanted, bool all);
  Status SetServers(const Balancing& wanted, bool all);
  Result<std::string> Ask(const std::string& socket, const std::string& command) const;
  // Of the processes that run with our configuration, the one that watches the others.
  std::optional<pid_t> FindMaster() const;

  BalancerPlaces places_;
  std::string program_;
  const Clock& clock_;
  std::map<std::string, bool> servers_;  // as they were set last
  pid_t started_ = 0;                    // by this daemon; a child
  int64_t started_ns_ = clock_.MonotonicNs() - kStartAgainNs;
  std::string loaded_;  // name of the configuration that ran when it was seen last
  int64_t loaded_ns_ = 0;
  std::string signalled_;  // what was to be loaded last, by start or reload
  int64_t signalled_ns_ = clock_.MonotonicNs() - kLoadTimeoutNs + kOthersLoadNs;
  std::string last_failure_;
  bool short_of_files_ = false;
};

}  // namespace borealis::control
