// Topology: the members as clients ask for them (view borealis.replica_host_status), from the view,
// from what members say of themselves (log/member_position.h) and from when the log grew. Pure.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "log/member_position.h"
#include "model/view.h"

namespace borealis::provider {

// How far the log was when, as this node saw it.
class LogHistory {
 public:
  static constexpr size_t kSamplesMax = 4096;

  // Time and seqno never decrease; a seqno that stays is noted once.
  void Note(int64_t now_us, Seqno newest);
  // For how long a member that had finished `finished` at `at_us` had something left to do. What
  // was forgotten counts from the oldest time known.
  int64_t LagMs(int64_t at_us, Seqno finished) const;

 private:
  std::deque<std::pair<int64_t, Seqno>> samples_;
};

struct MemberReport {
  NodeId id;
  log::MemberPosition position;
};

struct TopologyRow {
  // Silent for longer than three reports: offline.
  enum class State {
    kOnline,
    kRecovery,  // joined, and has not reported yet
    kOffline,   // silent, or no member any more and not back
  };
  std::string name;
  std::string endpoint;
  State state = State::kOffline;
  int64_t lag_ms = 0;
  int64_t updated_us = 0;  // wall clock of its last report; 0: none
  bool operator==(const TopologyRow&) const = default;
};

inline constexpr size_t kTopologyRowsMax = 32;

// By name. `silence_us_max`: of a member that is online.
std::vector<TopologyRow> MakeTopology(const View& view, const std::vector<MemberReport>& reports,
                                      const LogHistory& history, int64_t now_us,
                                      int64_t silence_us_max);

// {"server_id":"node1","endpoint":"127.0.0.11:3306","status":"Online","lag_ms":0,"updated_us":17...}
std::string ToJson(const TopologyRow& row);

}  // namespace borealis::provider
