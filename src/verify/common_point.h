// Brings all nodes to one seqno: each has a consistent snapshot that holds every transaction up to
// it and none after it. Each holds its commits only from reaching the seqno until its own snapshot
// is open; no node waits for another. Adapter.
#pragma once

#include <functional>
#include <vector>

#include "verify/node_session.h"

namespace borealis::verify {

struct CommonPoint {
  Seqno seqno;
  int64_t held_us_max = 0;  // of any node: from reaching the seqno to the release
};

// Opens a snapshot on each reader; calls `while_held(node)` for each, on a thread of its own,
// before its commits go on. kUnavailable: a node does not answer; kTimeout: no seqno was reached by
// all of them (one is far behind). On failure no node is held and no snapshot is open.
Result<CommonPoint> ReachCommonPoint(std::vector<NodeSession>& nodes, const Endpoint& marker,
                                     const std::string& user,
                                     const std::function<Status(NodeSession&)>& while_held);

// Runs `work` for each node at the same time; the first failure, with the node's name.
Status OnAll(std::vector<NodeSession>& nodes, const std::function<Status(NodeSession&)>& work);

}  // namespace borealis::verify
