// Clusters, instances and what belongs to them as the API shows them. Pure.
#pragma once

#include "control/actions/call.h"

namespace borealis::control {

Value DescribeCluster(const Call& call, const Cluster& cluster);
Value DescribeInstance(const Region& region, const Settings& settings, const Instance& instance);
Value DescribeSubnetGroup(const Settings& settings, const SubnetGroup& group);

}  // namespace borealis::control
