// Seeded bugs: faults put in on purpose, one at a time, to prove that the tests notice them.
// Compiled in only with BOREALIS_SEEDED_BUGS (in nothing that is shipped: there Seeded() is false).
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis::log {

enum class SeededBug : uint8_t {
  kNone = 0,
  kRecoverWithoutSeal,  // recovery leaves the torn segment open
  kCutAtWatermark,      // recovery keeps only what a later batch says was durable
  kResolveWithoutSeal,  // an unknown append is called absent though its segment is still open
  kAssumeSwapped,       // a swap of the chain whose outcome is unknown is taken for done
};

#if defined(BOREALIS_SEEDED_BUGS)
// The bug that is on, for the whole process.
inline std::atomic<SeededBug> seeded_bug{SeededBug::kNone};
inline bool Seeded(SeededBug bug) { return seeded_bug.load(std::memory_order_relaxed) == bug; }
#else
constexpr bool Seeded(SeededBug) { return false; }
#endif

}  // namespace borealis::log
