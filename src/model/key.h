// Key: what a write-set touches, as certification sees it.
//
// A row is named by the path database / table / row image; the path is hashed with its length, so a
// prefix is a key of its own. A transaction that writes a row also holds every prefix as kShared.
// A collision of two 64-bit hashes costs a needless conflict or wait, the same on every node.
#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace borealis {

// Values are part of the record format. A larger value is a stronger claim.
enum class KeyType : uint8_t {
  kShared = 0,     // the thing exists while I commit (database, table)
  kReference = 1,  // referenced but not changed (foreign-key parent)
  kUpdate = 2,     // changed in place
  kExclusive = 3,  // created or deleted
};
inline constexpr int kKeyTypes = 4;

struct Key {
  uint64_t hash = 0;
  KeyType type = KeyType::kShared;
  auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr)
};

// Hash of the first `parts.size()` parts of a path; depends on the division into parts.
uint64_t HashKeyPath(std::span<const ByteView> parts);

}  // namespace borealis
