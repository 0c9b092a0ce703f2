// Provider: every tick, what this node knows of the others and what they ask of it.
#include "provider/provider.h"

namespace borealis::provider {

namespace {
// A member is offline when it has missed three of its reports.
constexpr int64_t kSilenceUsMax = 3 * replication::kPositionMs * 1000;
}  // namespace

storage::Backend* Provider::backend() {
  MutexLock lock(mutex_);
  return replicator() == nullptr ? nullptr : sessions_.back()->backend.get();
}

void Provider::Ticked() {
  storage::Backend* backend = this->backend();
  replication::Replicator* replicator = this->replicator();
  if (backend == nullptr || replicator == nullptr) return;
  FollowFaults(*backend);
  FollowTopology(*backend, *replicator);
}

void Provider::FollowTopology(storage::Backend& backend, replication::Replicator& replicator) {
  const int64_t now_us = SystemClock().WallUs();
  {
    MutexLock lock(topology_mutex_);
    log_history_.Note(now_us, replicator.pipeline().delivered);
    const bool due =
        now_us - topology_us_ >= replication::kPositionMs * 1000 || topology_us_ > now_us;
    if (!due) return;
  }
  const auto hints = backend.ListHints(log::kPositionPrefix);
  if (!hints.ok()) return;
  std::vector<MemberReport> reports;
  for (const storage::Hint& hint : *hints) {
    const auto id = Uuid::Parse(hint.name.substr(sizeof(log::kPositionPrefix) - 1));
    auto position = log::DecodeMemberPosition(hint.value);
    if (id.has_value() && position.ok()) {
      reports.push_back({NodeId{*id}, std::move(position).value()});
    }
  }
  const View view = replicator.view();
  MutexLock lock(topology_mutex_);
  topology_ = MakeTopology(view, reports, log_history_, now_us, kSilenceUsMax);
  topology_us_ = now_us;
}

std::vector<TopologyRow> Provider::topology() {
  MutexLock lock(topology_mutex_);
  return topology_;
}

}  // namespace borealis::provider
