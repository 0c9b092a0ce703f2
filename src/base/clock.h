// Clock: the only source of time; injected, so that tests and the simulator own it.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace borealis {

class Clock {
 public:
  virtual ~Clock() = default;
  // Never goes back; unrelated between processes.
  virtual int64_t MonotonicNs() const = 0;
  // Microseconds since 1970-01-01T00:00Z; may jump either way.
  virtual int64_t WallUs() const = 0;
};

// The machine's clocks. Lives as long as the process.
const Clock& SystemClock();

// Stands still until told to move.
class ManualClock : public Clock {
 public:
  int64_t MonotonicNs() const override { return monotonic_ns_.load(); }
  int64_t WallUs() const override { return wall_us_.load(); }
  void AdvanceNs(int64_t ns) {
    monotonic_ns_ += ns;
    wall_us_ += ns / 1000;
  }
  void JumpWallUs(int64_t us) { wall_us_ += us; }

 private:
  std::atomic<int64_t> monotonic_ns_{1};
  std::atomic<int64_t> wall_us_{1'700'000'000'000'000};
};

}  // namespace borealis
