// Snapshots of clusters, for the actions that take, show and restore them. Pure.
#pragma once

#include <string>

#include "control/actions/call.h"

namespace borealis::control {

// Null, and the call has failed: there is none.
ClusterSnapshot* FindSnapshot(Call& call, const std::string& id);

// A manual snapshot of the cluster is wanted from now on. Fails the call: the name is taken, or
// there are too many. The pointer is good until the region's next change.
const ClusterSnapshot* TakeSnapshot(Call& call, const Cluster& cluster, const std::string& id,
                                    Tags tags);

}  // namespace borealis::control
