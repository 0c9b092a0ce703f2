// The conflict table: what a claim found in the index means for a new one on the same key.
// kConflicts counts under conditions (certification/certifier.h); where they do not hold it is
// kDepends.
#pragma once

#include <cstdint>

#include "model/record.h"

namespace borealis::certification {

enum class Relation : uint8_t { kNone, kDepends, kConflicts };

namespace internal {
inline constexpr Relation kN = Relation::kNone;
inline constexpr Relation kD = Relation::kDepends;
inline constexpr Relation kC = Relation::kConflicts;
inline constexpr Relation kRelations[kKeyTypes][kKeyTypes] = {
    // new: shared, reference, update, exclusive
    {kN, kN, kD, kD},  // found shared
    {kN, kN, kD, kC},  // found reference
    {kD, kD, kC, kC},  // found update
    {kC, kC, kC, kC},  // found exclusive
};
}  // namespace internal

// REQUIRES: both types are known.
constexpr Relation RelationOf(KeyType found, KeyType added) {
  return internal::kRelations[static_cast<uint8_t>(found)][static_cast<uint8_t>(added)];
}

// As what a claim of `record` is found later. An open stream holds its row locks on every node
// whatever is ordered meanwhile, so who needs one of them must not pass (and wait for its turn on
// the stream's end).
inline KeyType FoundAs(const Record& record, KeyType type) {
  const bool open = record.type == RecordType::kFragment && (record.flags & kFlagTrxEnd) == 0;
  if (open && type == KeyType::kReference) return KeyType::kUpdate;
  return open && type == KeyType::kUpdate ? KeyType::kExclusive : type;
}

}  // namespace borealis::certification
