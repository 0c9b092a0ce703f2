#include "control/model/region.h"

#include <utility>

namespace borealis::control {

std::vector<const Instance*> Region::InstancesOf(const std::string& cluster) const {
  std::vector<const Instance*> found;
  for (const auto& [id, instance] : instances) {
    if (instance.cluster == cluster) found.push_back(&instance);
  }
  return found;
}

void Region::Tell(int64_t now_us, std::string source_type, std::string source_id,
                  std::string category, std::string message) {
  const int64_t number = events.empty() ? 1 : events.rbegin()->first + 1;
  events[number] = {now_us, std::move(source_type), std::move(source_id), std::move(category),
                    std::move(message)};
  while (events.size() > kEventsMax) events.erase(events.begin());
}

bool TakeWaiting(Cluster& cluster) {
  const bool any = !cluster.waiting_password_hash.empty() || !cluster.waiting_version.empty();
  if (!cluster.waiting_password_hash.empty()) {
    cluster.pending_password_hash = std::exchange(cluster.waiting_password_hash, {});
    cluster.status = "resetting-master-credentials";
  }
  if (!cluster.waiting_version.empty()) {
    cluster.engine_version = std::exchange(cluster.waiting_version, {});
  }
  return any;
}

void ForgetWaiting(Cluster& cluster) {
  cluster.pending_password_hash.clear();
  cluster.waiting_password_hash.clear();
  cluster.waiting_version.clear();
}

void TakePendingClass(Instance& instance) {
  if (instance.pending_class.empty()) return;
  instance.instance_class = std::move(instance.pending_class);
  instance.pending_class.clear();
  instance.status = "modifying";
  instance.stop_first = true;
  instance.forced = false;
}

}  // namespace borealis::control
