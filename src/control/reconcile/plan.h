// Plan: a decision while it is made. Pure; used by the parts of reconcile/ alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "control/reconcile/decide.h"

namespace borealis::control {

inline constexpr char kClusterSource[] = "db-cluster";
inline constexpr char kInstanceSource[] = "db-instance";
inline constexpr char kSnapshotSource[] = "db-cluster-snapshot";

// The mapped value, or an empty one.
template <typename Map>
typename Map::mapped_type Find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type{} : found->second;
}

class Plan {
 public:
  Plan(const Region& desired, const Observed& what_is, int64_t now)
      : region(desired), observed(what_is), now_us(now) {}

  // Adds a step unless one runs for the same resource, or the last one failed a moment ago;
  // then it returns false.
  bool Do(Step step);
  void Tell(const char* type, const std::string& id, const char* category, std::string message) {
    region.Tell(now_us, type, id, category, std::move(message));
  }
  Observed::Failure FailureOf(const std::string& resource_id) const {
    return Find(observed.failures, resource_id);
  }
  Decision Finish() { return {std::move(region), std::move(steps_)}; }

  Region region;  // what is known by now
  const Observed& observed;
  const int64_t now_us;

 private:
  std::vector<Step> steps_;
  std::set<std::string> taken_;
};

// Snapshots: manual ones are taken, copied and removed; automated ones come in each day's window
// and go when they are older than is kept.
void DecideSnapshots(Plan& plan);
// Whether the cluster's last snapshot has to be waited for.
bool IsBeingTaken(const Region& region, const Cluster& cluster);

}  // namespace borealis::control
