// Futex words in memory shared between processes. Wake-ups may be spurious: callers re-check.
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis::storage::local {

enum class FutexResult { kWoken, kChanged, kTimeout };

// Sleeps while `word` holds `expected`, at most `timeout_ns`. kWoken also after a signal.
FutexResult FutexWait(const std::atomic<uint32_t>& word, uint32_t expected, int64_t timeout_ns);
// Wakes at most `count` sleepers.
void FutexWake(const std::atomic<uint32_t>& word, int count);
inline constexpr int kWakeAll = INT32_MAX;

}  // namespace borealis::storage::local
