#include "replication/lease_table.h"

#include "base/check.h"

namespace borealis::replication {

LeaseTable::LeaseTable(NodeId self, uint32_t lease_ticks) : self_(self), lease_ticks_(lease_ticks) {
  CHECK(lease_ticks_ >= 2, "a lease of {} ticks", lease_ticks_);
}

std::vector<Member> LeaseTable::Tick(const View& view, const std::map<NodeId, uint64_t>& counters) {
  std::vector<Member> lapsed;
  std::map<NodeId, Seen> next;
  for (const Member& member : view.members) {
    if (member.id == self_) continue;
    const auto now = counters.find(member.id);
    const auto before = seen_.find(member.id);
    Seen seen = before == seen_.end() ? Seen{} : before->second;
    const uint64_t counter = now == counters.end() ? seen.counter : now->second;
    const bool moved = before == seen_.end() || counter != seen.counter;
    seen.silent_ticks = moved ? 0 : seen.silent_ticks + 1;
    seen.counter = counter;
    if (seen.silent_ticks >= lease_ticks_) lapsed.push_back(member);
    next.emplace(member.id, seen);
  }
  seen_ = std::move(next);
  return lapsed;
}

}  // namespace borealis::replication
