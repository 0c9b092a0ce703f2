// LockTable: row and gap locks of one simulated server. Nobody waits in here: whoever is refused
// learns who is in the way and comes again.
#pragma once

#include <map>
#include <vector>

#include "sim/database.h"

namespace borealis::sim {

enum class LockMode : uint8_t { kShared, kExclusive, kGap, kInsert };

// A pseudo row: the gap that inserts of a table go into. kGap and kInsert exclude each other.
inline constexpr uint32_t kGapRow = kRows;

// A client or an applier of the server.
using OwnerId = int;

class LockTable {
 public:
  // Everyone but `owner` whose lock excludes this one.
  std::vector<OwnerId> Blockers(OwnerId owner, const RowId& id, LockMode mode) const {
    std::vector<OwnerId> blockers;
    const auto found = locks_.find(id);
    if (found == locks_.end()) return blockers;
    for (const auto& [holder, held] : found->second) {
      if (holder != owner && !Compatible(held, mode)) blockers.push_back(holder);
    }
    return blockers;
  }
  // REQUIRES: no blockers. A stronger lock replaces a weaker one.
  void Grant(OwnerId owner, const RowId& id, LockMode mode) {
    const auto [held, inserted] = locks_[id].emplace(owner, mode);
    if (!inserted && held->second == LockMode::kShared) held->second = mode;
  }
  void Release(OwnerId owner) {
    for (auto it = locks_.begin(); it != locks_.end();) {
      it->second.erase(owner);
      it = it->second.empty() ? locks_.erase(it) : std::next(it);
    }
  }
  bool Empty() const { return locks_.empty(); }

 private:
  static bool Compatible(LockMode a, LockMode b) { return a == b && a != LockMode::kExclusive; }

  std::map<RowId, std::map<OwnerId, LockMode>> locks_;
};

// The locks that a change of a row needs.
struct LockNeed {
  RowId id;
  LockMode mode;
};
inline std::vector<LockNeed> LocksOf(const RowOp& op) {
  std::vector<LockNeed> needs = {{op.id, LockMode::kExclusive}};
  if (op.kind == OpKind::kInsert) needs.push_back({{op.id.table, kGapRow}, LockMode::kInsert});
  if (op.id.table == kChildren && op.kind != OpKind::kUpdate) {
    needs.push_back({{kParents, op.parent}, LockMode::kShared});
  }
  return needs;
}

}  // namespace borealis::sim
