// Random: all chance in a simulation comes from one of these. Integers only, the same everywhere.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "base/check.h"
#include "base/uuid.h"

namespace borealis::sim {

class Random {
 public:
  explicit Random(uint64_t seed) : seed_(seed), engine_(seed) {}

  uint64_t seed() const { return seed_; }
  uint64_t Next() { return engine_(); }
  // Uniform enough in [0, n). REQUIRES: n > 0.
  uint64_t Below(uint64_t n) {
    CHECK(n > 0);
    return engine_() % n;
  }
  // In [low, high].
  uint64_t Between(uint64_t low, uint64_t high) { return low + Below(high - low + 1); }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  Uuid NextUuid() {
    const uint64_t high = engine_();
    return Uuid::FromRandom(high, engine_());
  }

 private:
  const uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace borealis::sim
