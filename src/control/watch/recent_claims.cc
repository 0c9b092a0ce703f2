#include "control/watch/recent_claims.h"

#include "certification/conflict_table.h"

namespace borealis::control {

void RecentClaims::Enter(Seqno seqno, const Record& record) {
  Entered entered{seqno, {}};
  for (const Key& key : record.keys) {
    if (key.type == KeyType::kShared && record.type != RecordType::kIsolated) continue;
    if (entered.hashes.size() == kClaimsPerRecordMax) break;
    claims_[key.hash] = {seqno, record.source, certification::FoundAs(record, key.type)};
    entered.hashes.push_back(key.hash);
  }
  kept_ += entered.hashes.size();
  entered_.push_back(std::move(entered));
  while (kept_ > kClaimsKeptMax || entered_.size() > kClaimsKeptMax) {
    for (const uint64_t hash : entered_.front().hashes) {
      const auto claim = claims_.find(hash);
      if (claim != claims_.end() && claim->second.seqno == entered_.front().seqno) {
        claims_.erase(claim);
      }
    }
    kept_ -= entered_.front().hashes.size();
    entered_.pop_front();
  }
}

std::optional<RecentClaims::Winner> RecentClaims::FindWinner(const Record& record) const {
  std::optional<Winner> winner;
  for (const Key& key : record.keys) {
    const auto claim = claims_.find(key.hash);
    if (claim == claims_.end() || claim->second.seqno <= record.last_seen) continue;
    if (certification::RelationOf(claim->second.type, key.type) !=
        certification::Relation::kConflicts) {
      continue;
    }
    if (winner && winner->seqno >= claim->second.seqno) continue;
    winner = Winner{claim->second.seqno, claim->second.source};
  }
  return winner;
}

}  // namespace borealis::control
