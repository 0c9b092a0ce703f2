#include "faults/held_sources.h"

#include <algorithm>

namespace borealis::faults {

void HeldSources::Update(std::map<NodeId, HeldSource> held) {
  if (held.empty() && !any_) return;
  MutexLock lock(mutex_);
  if (held == held_) return;
  held_ = std::move(held);
  any_ = !held_.empty();
  changed_.NotifyAll();
}

void HeldSources::End() {
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.NotifyAll();
}

void HeldSources::Begin() {
  MutexLock lock(mutex_);
  ended_ = false;
}

void HeldSources::Await(const NodeId& source) {
  if (!any_) return;
  MutexLock lock(mutex_);
  while (Strikes(source)) {
    ++attempts_;
    const int64_t left_us = held_[source].until_us - clock_.WallUs();
    changed_.WaitFor(mutex_, std::clamp<int64_t>(left_us * 1000, 1, kRetryNs));
  }
}

bool HeldSources::Strikes(const NodeId& source) {
  const auto found = held_.find(source);
  if (ended_ || found == held_.end() || found->second.until_us <= clock_.WallUs()) return false;
  std::uniform_real_distribution<double> percent(0, 100);
  return percent(random_) < found->second.percent;
}

}  // namespace borealis::faults
