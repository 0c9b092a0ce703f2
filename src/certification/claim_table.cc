#include "certification/claim_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "certification/seeded_bugs.h"

namespace borealis::certification {
namespace {

constexpr size_t kCapacityMin = 64;  // slots

bool IsFull(size_t count, size_t capacity) { return count * 8 > capacity * 5; }

}  // namespace

PackedClaim Pack(const Claim& claim, int64_t base) {
  const auto newest = static_cast<uint64_t>(claim.newest - base);
  const uint64_t second = claim.second == 0 ? newest : static_cast<uint64_t>(claim.second - base);
  CHECK(newest < kWindowMax && second <= newest, "claim {}/{} from base {}", claim.newest,
        claim.second, base);
  CHECK(claim.source > 0 && claim.source <= kSourceMax, "source {}", claim.source);
  return {.hash = claim.hash,
          .word = uint64_t{claim.source} << 42 | static_cast<uint64_t>(claim.type) << 40 |
                  newest << 20 | second};
}

ClaimTable::ClaimTable(int64_t base, size_t expected) : base_(base) {
  size_t capacity = kCapacityMin;
  while (IsFull(expected, capacity)) {
    capacity *= 2;
  }
  Resize(capacity);
}

ClaimTable::ClaimTable(const ClaimTable& other)
    : base_(other.base_),
      count_(other.count_),
      capacity_(other.capacity_),
      shift_(other.shift_),
      slots_(static_cast<PackedClaim*>(std::malloc(other.MemoryBytes()))) {
  CHECK(slots_ != nullptr, "no memory for {} claims", capacity_);
  std::memcpy(slots_.get(), other.slots_.get(), other.MemoryBytes());
}

ClaimTable::Slots ClaimTable::Allocate(size_t capacity) {
  auto* slots = static_cast<PackedClaim*>(std::calloc(capacity, sizeof(PackedClaim)));
  CHECK(slots != nullptr, "no memory for {} claims", capacity);
  return Slots(slots);
}

PackedClaim& ClaimTable::Locate(uint64_t hash, KeyType type) {
  size_t at = Home(hash);
  while (slots_[at].word != 0 &&
         (slots_[at].hash != hash || static_cast<KeyType>((slots_[at].word >> 40) & 3) != type)) {
    at = (at + 1) & (capacity_ - 1);
  }
  return slots_[at];
}

void ClaimTable::Resize(size_t capacity) {
  const size_t old_capacity = std::exchange(capacity_, capacity);
  const Slots old = std::exchange(slots_, Allocate(capacity));
  shift_ = 64 - std::countr_zero(capacity);
  for (size_t i = 0; i < old_capacity; ++i) {
    if (old[i].word == 0) {
      continue;
    }
    size_t at = Home(old[i].hash);
    while (slots_[at].word != 0) {
      at = (at + 1) & (capacity_ - 1);
    }
    slots_[at] = old[i];
  }
}

void ClaimTable::Add(const Key& key, uint32_t source, int64_t seqno) {
  PackedClaim& slot = Locate(key.hash, key.type);
  if (slot.word == 0) {
    Restore({.hash = key.hash, .type = key.type, .source = source, .newest = seqno});
    return;
  }
  Claim claim = Unpack(slot, base_);
  CHECK(seqno >= claim.newest, "claim {} after {}", seqno, claim.newest);
  if (claim.source != source) {
    claim.second = Seeded(SeededBug::kForgetOtherSource) ? 0 : claim.newest;
    claim.source = source;
  }
  claim.newest = seqno;
  slot = Pack(claim, base_);
}

void ClaimTable::Restore(const Claim& claim) {
  if (IsFull(count_ + 1, capacity_)) {
    Resize(capacity_ * 2);
  }
  PackedClaim& slot = Locate(claim.hash, claim.type);
  CHECK(slot.word == 0, "key {:x} twice", claim.hash);
  slot = Pack(claim, base_);
  ++count_;
}

// A run of taken slots holds exactly the claims whose homes lie in it, so runs follow each other in
// order of Spread() and only each run needs sorting. What wrapped round to the front belongs to the
// last run.
std::vector<Claim> ClaimTable::Since(int64_t from) const {
  std::vector<Claim> claims;
  std::vector<Claim> wrapped;
  claims.reserve(count_);
  ptrdiff_t run = 0;
  const auto end_run = [&] {
    std::sort(claims.begin() + run, claims.end(), SavedBefore);
    run = std::ssize(claims);
  };
  for (size_t at = 0; at < capacity_; ++at) {
    if (slots_[at].word == 0) {
      end_run();
      continue;
    }
    Claim claim = Unpack(slots_[at], base_);
    if (claim.newest >= from) {
      claim.second = claim.second >= from ? claim.second : 0;
      (Home(claim.hash) > at ? wrapped : claims).push_back(claim);
    }
  }
  claims.insert(claims.end(), wrapped.begin(), wrapped.end());
  end_run();
  return claims;
}

}  // namespace borealis::certification
