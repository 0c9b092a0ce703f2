// KeyIndex: the claims of the last `window` seqnos and of up to `window` before them.
//
// Two generations of `window` seqnos each; when the current one is complete it becomes the previous
// one, and the previous is dropped whole. So purging costs nothing per claim and a generation
// always holds every claim of the window. Where the boundaries lie influences no verdict and no
// dependency: a claim f that is out of the window of record n (f < n - window) is neither above any
// last_seen that the window rule lets pass (>= n - 1 - window) nor above the least depends_on (n -
// 1 - window), so it cannot matter that it is still there. Thread-compatible.
//
// Memory: 16 bytes per slot, 25.6 to 51.2 per claim of each generation (claim_table.h); a key
// claimed in both generations counts in both. While a generation grows its old slots (half as many)
// live beside the new ones.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "certification/claim_table.h"

namespace borealis::certification {

class KeyIndex {
 public:
  // Empty, before seqno 1. window: 1..kWindowMax.
  explicit KeyIndex(uint32_t window);
  // Holds `claims` (each key and type once), all of seqnos seqno + 1 - window .. seqno.
  KeyIndex(uint32_t window, int64_t seqno, const std::vector<Claim>& claims);

  // Now about `seqno`. REQUIRES: one above the last.
  void Advance(int64_t seqno);

  void Prefetch(uint64_t hash) const {
    current_.Prefetch(hash);
    previous_->Prefetch(hash);
  }
  // Calls visit(type, newest, other) up to twice per type: see ClaimTable::Visit. The largest
  // values given for a type hold.
  template <typename Visitor>
  void Visit(uint64_t hash, uint32_t source, Visitor&& visit) const {
    current_.Visit(hash, source, visit);
    previous_->Visit(hash, source, visit);
  }
  // A claim at the seqno advanced to. A second one on the same key and type by it changes nothing.
  void Add(const Key& key, uint32_t source) { current_.Add(key, source, seqno_); }

  // What is in the window of the next record (seqno + 1 - window .. seqno), whatever the
  // generations: one claim per key and type, in order of (Spread(hash), type).
  std::vector<Claim> Live() const;

  size_t count() const { return current_.count() + previous_->count(); }
  size_t MemoryBytes() const { return current_.MemoryBytes() + previous_->MemoryBytes(); }

 private:
  uint32_t window_;
  int64_t seqno_ = 0;
  ClaimTable current_;
  // Complete: nothing is added any more, so copies of the index share it.
  std::shared_ptr<const ClaimTable> previous_;
};

}  // namespace borealis::certification
