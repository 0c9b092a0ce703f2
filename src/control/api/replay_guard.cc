#include "control/api/replay_guard.h"

namespace borealis::control {

bool ReplayGuard::Accept(const std::string& signature, bool reads_only, int64_t now_us,
                         int64_t until_us) {
  Forget(now_us);
  if (const auto seen = first_seen_us_.find(signature); seen != first_seen_us_.end()) {
    return reads_only && now_us - seen->second <= kTwinUs;
  }
  if (first_seen_us_.size() >= kSignaturesMax) return reads_only;
  first_seen_us_[signature] = now_us;
  by_end_.emplace(until_us, signature);
  return true;
}

void ReplayGuard::Forget(int64_t now_us) {
  while (!by_end_.empty() && by_end_.begin()->first < now_us) {
    first_seen_us_.erase(by_end_.begin()->second);
    by_end_.erase(by_end_.begin());
  }
}

}  // namespace borealis::control
