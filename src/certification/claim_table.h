// ClaimTable: the claims of one generation, that is of at most kWindowMax consecutive seqnos.
//
// Per (key hash, type) one 16-byte slot: the newest claim with its source, and the newest claim by
// any other source than that. This answers "the newest claim by a source other than T" exactly for
// every T: it is the first if its source is not T, else the second.
//
// Open addressing, linear probing from a home that depends on the hash alone: the types of one hash
// lie in one cluster, so one look-up finds all of them. Full at 5/8, doubled then: 25.6 to 51.2
// bytes per claim. Nothing is removed. The order of slots influences no answer.
//
//   slot word   bits 63..42 source   41..40 type   39..20 newest   19..0 second
//
// newest and second are seqnos less base(); second == newest says that there is none. Sources are
// above 0, so a word of 0 is an empty slot. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "model/key.h"

namespace borealis::certification {

inline constexpr uint32_t kWindowMax = 1u << 20;  // seqnos
// A source is a small number for a member; see certification/membership.h. 1..kSourceMax.
inline constexpr uint32_t kSourceMax = (1u << 22) - 1;

struct Claim {
  uint64_t hash = 0;
  KeyType type = KeyType::kShared;
  uint32_t source = 0;  // of the newest
  int64_t newest = 0;   // seqno
  int64_t second = 0;   // newest seqno by another source; 0: none
  bool operator==(const Claim&) const = default;
};

// A claim as two words, its seqnos relative to `base`; the form of a slot and of saved bytes.
struct PackedClaim {
  uint64_t hash = 0;
  uint64_t word = 0;
};
// REQUIRES: base <= second (if any) < newest < base + kWindowMax, 0 < source <= kSourceMax.
PackedClaim Pack(const Claim& claim, int64_t base);
Claim Unpack(const PackedClaim& packed, int64_t base);

// One to one; makes good high bits, by which a table places a key, of any hashes.
inline uint64_t Spread(uint64_t hash) { return hash * 0x9E3779B97F4A7C15ull; }

// The order in which claims are saved: about that in which they lie in a table.
inline bool SavedBefore(const Claim& a, const Claim& b) {
  const uint64_t spread_a = Spread(a.hash);
  const uint64_t spread_b = Spread(b.hash);
  return spread_a != spread_b ? spread_a < spread_b : a.type < b.type;
}

class ClaimTable {
 public:
  // Claims of seqnos base .. base + kWindowMax - 1. `expected`: claims to have room for at once.
  ClaimTable(int64_t base, size_t expected);
  // A copy of the slots, as they lie.
  ClaimTable(const ClaimTable& other);
  ClaimTable(ClaimTable&&) noexcept = default;
  ClaimTable& operator=(ClaimTable&&) noexcept = default;

  int64_t base() const { return base_; }
  size_t count() const { return count_; }
  size_t MemoryBytes() const { return capacity_ * sizeof(PackedClaim); }

  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[Home(hash)]); }

  // Calls visit(type, newest, other) for each type claimed on `hash`: the newest seqno, and the
  // newest by a source other than `source` (0: none).
  template <typename Visitor>
  void Visit(uint64_t hash, uint32_t source, Visitor&& visit) const {
    for (size_t at = Home(hash); slots_[at].word != 0; at = (at + 1) & (capacity_ - 1)) {
      if (slots_[at].hash != hash) {
        continue;
      }
      const Claim claim = Unpack(slots_[at], base_);
      visit(claim.type, claim.newest, claim.source == source ? claim.second : claim.newest);
    }
  }

  // A claim at `seqno`. REQUIRES: not below the newest of this key and type.
  void Add(const Key& key, uint32_t source, int64_t seqno);
  // A claim with its past, on a key and type not in the table yet.
  void Restore(const Claim& claim);

  // What is left of the claims when those before the seqno `from` are taken away, in order of
  // SavedBefore().
  std::vector<Claim> Since(int64_t from) const;

 private:
  struct Free {
    void operator()(PackedClaim* slots) const { std::free(slots); }
  };
  using Slots = std::unique_ptr<PackedClaim[], Free>;

  // Zeroed by the system as pages are touched.
  static Slots Allocate(size_t capacity);
  size_t Home(uint64_t hash) const { return static_cast<size_t>(Spread(hash) >> shift_); }
  // The slot of the key and type, or the empty one where it goes.
  PackedClaim& Locate(uint64_t hash, KeyType type);
  void Resize(size_t capacity);

  int64_t base_;
  size_t count_ = 0;
  size_t capacity_ = 0;  // a power of two
  int shift_ = 0;        // 64 - log2(capacity_)
  Slots slots_;
};

inline Claim Unpack(const PackedClaim& packed, int64_t base) {
  constexpr uint64_t kOffsetMask = kWindowMax - 1;
  const auto newest = static_cast<int64_t>((packed.word >> 20) & kOffsetMask);
  const auto second = static_cast<int64_t>(packed.word & kOffsetMask);
  return {.hash = packed.hash,
          .type = static_cast<KeyType>((packed.word >> 40) & 3),
          .source = static_cast<uint32_t>(packed.word >> 42),
          .newest = base + newest,
          .second = second == newest ? 0 : base + second};
}

}  // namespace borealis::certification
