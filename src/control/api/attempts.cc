#include "control/api/attempts.h"

#include <algorithm>

namespace borealis::control {

int64_t& Attempts::FullAt(const std::string& peer, int64_t now_us) {
  if (full_at_us_.size() >= kAttemptPeersMax) {
    std::erase_if(full_at_us_, [&](const auto& entry) { return entry.second <= now_us; });
  }
  const bool crowded = full_at_us_.size() >= kAttemptPeersMax && !full_at_us_.contains(peer);
  return full_at_us_[crowded ? std::string() : peer];
}

bool Attempts::Allowed(const std::string& peer, int64_t now_us) {
  return FullAt(peer, now_us) <= now_us + (failures_ - 1) * every_us_;
}

void Attempts::Failed(const std::string& peer, int64_t now_us) {
  int64_t& full_at = FullAt(peer, now_us);
  full_at = std::max(full_at, now_us) + every_us_;
}

}  // namespace borealis::control
