// Seeded bugs: faults put in on purpose, one at a time, to prove that the tests notice them.
// Compiled in only with BOREALIS_SEEDED_BUGS (in nothing that is shipped: there Seeded() is false).
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis::certification {

enum class SeededBug : uint8_t {
  kNone = 0,
  kForgetOtherSource,   // the newest claim by another source is not kept
  kSkipWindowRule,      // a record older than the window is certified all the same
  kRotateEarly,         // claims are dropped after half a window
  kForgetIsolated,      // an isolated statement's claims count as ordinary ones of its source
  kFailureLeavesTrace,  // a record that fails enters its keys
  kAcceptRepeat,        // request numbers are not looked at
  kAcceptNonMember,     // records of an expelled member pass
  kIgnoreBarrier,       // dependencies reach below an isolated statement
  kForgetOpenStream,    // a fragment's claims count as those of what commits there and then
  kIgnoreIsolated,      // an isolated statement that does not know the one before it passes
};
inline constexpr SeededBug kSeededBugs[] = {
    SeededBug::kForgetOtherSource, SeededBug::kSkipWindowRule,     SeededBug::kRotateEarly,
    SeededBug::kForgetIsolated,    SeededBug::kFailureLeavesTrace, SeededBug::kAcceptRepeat,
    SeededBug::kAcceptNonMember,   SeededBug::kIgnoreBarrier,      SeededBug::kIgnoreIsolated,
    SeededBug::kForgetOpenStream,
};

#if defined(BOREALIS_SEEDED_BUGS)
// The bug that is on, for the whole process.
inline std::atomic<SeededBug> seeded_bug{SeededBug::kNone};
inline bool Seeded(SeededBug bug) { return seeded_bug.load(std::memory_order_relaxed) == bug; }
#else
constexpr bool Seeded(SeededBug) { return false; }
#endif

}  // namespace borealis::certification
