#include "certification/key_index.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "certification/seeded_bugs.h"

namespace borealis::certification {
namespace {

// A new generation has room for as many claims as the one before held, but not for more than this:
// one giant transaction must not make the next generation giant.
constexpr size_t kExpectedClaimsMax = 1u << 20;

// `later` and `earlier` are one key and type in the current and the previous generation.
void Merge(Claim& later, const Claim& earlier) {
  if (later.second == 0) {
    later.second = earlier.source == later.source ? earlier.second : earlier.newest;
  }
}

}  // namespace

KeyIndex::KeyIndex(uint32_t window)
    : window_(window), current_(1, 0), previous_(std::make_shared<ClaimTable>(1, 0)) {
  CHECK(window >= 1 && window <= kWindowMax, "window {}", window);
}

KeyIndex::KeyIndex(uint32_t window, int64_t seqno, const std::vector<Claim>& claims)
    : window_(window),
      seqno_(seqno),
      current_(seqno + 1, std::min(claims.size(), kExpectedClaimsMax)) {
  CHECK(window >= 1 && window <= kWindowMax, "window {}", window);
  auto restored = std::make_shared<ClaimTable>(seqno + 1 - window, claims.size());
  for (const Claim& claim : claims) {
    restored->Restore(claim);
  }
  previous_ = std::move(restored);
}

void KeyIndex::Advance(int64_t seqno) {
  CHECK(seqno == seqno_ + 1, "seqno {} after {}", seqno, seqno_);
  seqno_ = seqno;
  const int64_t span = Seeded(SeededBug::kRotateEarly) ? (window_ + 1) / 2 : window_;
  if (seqno - current_.base() >= span) {
    const size_t expected = std::min(current_.count(), kExpectedClaimsMax);
    previous_ = std::make_shared<ClaimTable>(std::exchange(current_, ClaimTable(seqno, expected)));
  }
}

std::vector<Claim> KeyIndex::Live() const {
  const int64_t from = seqno_ + 1 - window_;
  const std::vector<Claim> later = current_.Since(from);
  const std::vector<Claim> earlier = previous_->Since(from);
  std::vector<Claim> merged;
  merged.reserve(later.size() + earlier.size());
  auto a = later.begin();
  auto b = earlier.begin();
  while (a != later.end() && b != earlier.end()) {
    if (SavedBefore(*a, *b)) {
      merged.push_back(*a++);
    } else if (SavedBefore(*b, *a)) {
      merged.push_back(*b++);
    } else {
      merged.push_back(*a++);
      Merge(merged.back(), *b++);
    }
  }
  merged.insert(merged.end(), a, later.end());
  merged.insert(merged.end(), b, earlier.end());
  return merged;
}

}  // namespace borealis::certification
