// FaultPlan: which call of a FaultyBackend goes wrong, and how; by script or by probability.
//
// All chance comes from one generator that the caller injects; there is no clock and no random
// device here, so a run with one thread and one seed replays exactly.
// Thread-safe; calls nothing but the generator with its lock held.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>

#include "base/mutex.h"

namespace borealis::storage {

// Uniform 64-bit numbers, e.g. [&] { return engine(); } over a seeded std::mt19937_64.
using RandomSource = std::function<uint64_t()>;

enum class Call {
  kAppend,
  kSeal,
  kSwap,      // SwapRegister, DeleteRegister
  kMutation,  // CreateSegment, DeleteSegment, blobs' Commit and Delete, SweepBlobs
  kRead,      // State, Read, ReadRaw, ReadRegister, OpenBlob, lists
  kHint,      // PutHint, DeleteHint
  kRestart,   // not a call: asked for each sealed segment when a process attaches after all died
};

enum class Fault {
  kNone,
  // Nothing happens. Any call; kNoSpace not for kRead.
  kNoSpace,
  kIo,
  kUnavailable,
  // Any call: the process dies, before or after it took effect.
  kCrashBefore,
  kCrashAfter,
  // kAppend, kSwap: kUnknown. kSeal, kMutation: kUnavailable. It happened, or it never will.
  kReplyLost,
  kRequestLost,
  // kAppend: kUnknown. The bytes are held back, and land at a later call, at LandPending() or
  // never.
  kHeldBack,
  // kAppend, kSeal: the sync fails (S6).
  kSyncFails,
  // kAppend: the process dies with a part of the bytes written, or with all of them and none
  // synced.
  kCrashMidWrite,
  kCrashBeforeSync,
  // kSeal: written bytes that nobody synced are cut off, not synced.
  kCutUnsynced,
  // kRestart: the segment's seal is forgotten.
  kSealLost,
};
inline constexpr size_t kFaultCount = static_cast<size_t>(Fault::kSealLost) + 1;

// Whether `fault` can befall `call`.
bool Applies(Call call, Fault fault);

class FaultPlan {
 public:
  explicit FaultPlan(RandomSource random);

  // From now on each `call` meets `fault` with probability `rate`. REQUIRES: Applies, and the rates
  // of one call add up to at most 1.
  void SetRate(Call call, Fault fault, double rate) EXCLUDES(mutex_);
  // All rates 0; the script stays.
  void ClearRates() EXCLUDES(mutex_);
  // The next `call` of `process` (of any, without one) meets `fault`, after `skip` such calls.
  // Comes before rates; several entries count independently, the first that is due is taken.
  void Script(Call call, Fault fault, std::optional<uint64_t> process = {}, uint64_t skip = 0)
      EXCLUDES(mutex_);

  // What this call meets. One number is drawn per call whose rates are not all 0.
  Fault Draw(Call call, uint64_t process) EXCLUDES(mutex_);

  // True with probability `rate`; draws nothing for 0.
  bool Chance(double rate) EXCLUDES(mutex_);
  // Uniform in [0, n). REQUIRES: n > 0.
  uint64_t Below(uint64_t n) EXCLUDES(mutex_);

  // How often it was drawn: a test of coverage for simulators.
  uint64_t Drawn(Fault fault) const EXCLUDES(mutex_);

 private:
  struct Scripted {
    Call call;
    Fault fault;
    std::optional<uint64_t> process;
    uint64_t skip;
  };

  Fault DrawLocked(Call call, uint64_t process) REQUIRES(mutex_);
  double UnitLocked() REQUIRES(mutex_);

  mutable Mutex mutex_;
  RandomSource random_ GUARDED_BY(mutex_);
  std::map<Call, std::map<Fault, double>> rates_ GUARDED_BY(mutex_);
  std::list<Scripted> script_ GUARDED_BY(mutex_);
  std::array<uint64_t, kFaultCount> drawn_ GUARDED_BY(mutex_) = {};
};

}  // namespace borealis::storage
