// RecentClaims: who changed what last, over the newest committed records: so that of a record that
// lost it can be said against whom. Certification itself keeps numbers, not names, and for all of
// the window. Pure; bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/record.h"

namespace borealis::control {

inline constexpr size_t kClaimsKeptMax = 100'000;  // keys
inline constexpr size_t kClaimsPerRecordMax = 10'000;

class RecentClaims {
 public:
  struct Winner {
    Seqno seqno;
    NodeId source;
  };
  // A record that committed. What no other conflicts with is not kept.
  void Enter(Seqno seqno, const Record& record);
  // The newest record that `record` lost against; nothing: it is not among those kept.
  std::optional<Winner> FindWinner(const Record& record) const;

 private:
  struct Claim {
    Seqno seqno;
    NodeId source;
    KeyType type = KeyType::kShared;
  };
  struct Entered {
    Seqno seqno;
    std::vector<uint64_t> hashes;
  };
  std::unordered_map<uint64_t, Claim> claims_;  // the newest by hash
  std::deque<Entered> entered_;
  size_t kept_ = 0;  // hashes in entered_
};

}  // namespace borealis::control
