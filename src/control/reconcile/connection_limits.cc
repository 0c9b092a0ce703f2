#include "control/reconcile/connection_limits.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string>

#include "control/model/place.h"

namespace borealis::control {

int64_t ConnectionsOf(const Instance& instance) {
  const auto set = instance.parameters.find("max_connections");
  int64_t connections = 0;
  if (set != instance.parameters.end()) {
    const std::string& text = set->second;
    std::from_chars(text.data(), text.data() + text.size(), connections);
  }
  if (connections > 0) return connections;
  const InstanceClass* c = FindInstanceClass(instance.instance_class);
  return c == nullptr ? 0 : c->connections;
}

std::vector<int64_t> ShareConnections(const std::vector<int64_t>& taken, int64_t room) {
  if (taken.empty()) return {};
  const auto count = static_cast<int64_t>(taken.size());
  const int64_t sum = std::accumulate(taken.begin(), taken.end(), int64_t{0});
  const bool fits = sum + count <= room;
  const int64_t more = fits ? std::min(kRefusedAtOnceMax, (room - sum) / count) : 0;
  std::vector<int64_t> limits;
  limits.reserve(taken.size());
  for (const int64_t connections : taken) {
    // One for each first, so that the rest can be shared without going beyond.
    const int64_t part = sum == 0 ? 1 : 1 + connections * std::max<int64_t>(room - count, 0) / sum;
    limits.push_back(fits ? connections + more : part);
  }
  return limits;
}

}  // namespace borealis::control
