// How many connections each endpoint takes at once, so that a crowd at one of them leaves room for
// all others. Pure.
//
// An endpoint takes what its servers take, and some more, whom the server itself tells that it is
// full (error 1040). Who comes beyond that is closed at once: left in a queue he would wait for
// nobody knows how long. All endpoints together take no more than the balancer can have.
#pragma once

#include <cstdint>
#include <vector>

#include "control/model/region.h"

namespace borealis::control {

inline constexpr int64_t kRefusedAtOnceMax = 1000;  // of an endpoint, being told 1040

// What its server takes.
int64_t ConnectionsOf(const Instance& instance);

// Of as many endpoints as `taken` has, each with what its servers take; `room`: connections of all
// together. What the servers take comes first; where there is no room for that, each endpoint has
// its part of it, at least one. Never more than `room` together, unless it is below one for each.
std::vector<int64_t> ShareConnections(const std::vector<int64_t>& taken, int64_t room);

}  // namespace borealis::control
