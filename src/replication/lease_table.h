// LeaseTable: who is silent for too long.
//
// Every member bumps a counter in the volume (a hint) several times per lease. An observer counts
// its own ticks since it last saw each counter move, so no two clocks are compared, and an observer
// that was itself frozen counted nothing meanwhile. A member that stays silent for the lease is
// expelled through the log, which is what really decides: a wrong guess costs a rejoin, no data.
//
// Pure, thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/ids.h"
#include "model/view.h"

namespace borealis::replication {

class LeaseTable {
 public:
  // lease_ticks: ticks of silence until expulsion, at least 2.
  LeaseTable(NodeId self, uint32_t lease_ticks);

  // One tick of the observer. `counters`: what every node last wrote, as far as it is there.
  // Returns the members of `view` (never self) whose lease ran out.
  std::vector<Member> Tick(const View& view, const std::map<NodeId, uint64_t>& counters);

 private:
  struct Seen {
    uint64_t counter = 0;
    uint32_t silent_ticks = 0;
  };
  const NodeId self_;
  const uint32_t lease_ticks_;
  std::map<NodeId, Seen> seen_;
};

}  // namespace borealis::replication
