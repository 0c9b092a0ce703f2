#include "storage/faulty/faults.h"

#include "base/check.h"

namespace borealis::storage {

bool Applies(Call call, Fault fault) {
  const bool mutation = call == Call::kAppend || call == Call::kSeal || call == Call::kSwap ||
                        call == Call::kMutation;
  switch (fault) {
    case Fault::kNone:
      return true;
    case Fault::kNoSpace:
      return mutation || call == Call::kHint;
    case Fault::kIo:
    case Fault::kUnavailable:
    case Fault::kCrashBefore:
    case Fault::kCrashAfter:
      return call != Call::kRestart;
    case Fault::kReplyLost:
    case Fault::kRequestLost:
      return mutation;
    case Fault::kHeldBack:
    case Fault::kCrashMidWrite:
    case Fault::kCrashBeforeSync:
      return call == Call::kAppend;
    case Fault::kSyncFails:
      return call == Call::kAppend || call == Call::kSeal;
    case Fault::kCutUnsynced:
      return call == Call::kSeal;
    case Fault::kSealLost:
      return call == Call::kRestart;
  }
  return false;
}

FaultPlan::FaultPlan(RandomSource random) : random_(std::move(random)) {}

void FaultPlan::SetRate(Call call, Fault fault, double rate) {
  CHECK(Applies(call, fault));
  MutexLock lock(mutex_);
  auto& rates = rates_[call];
  rates[fault] = rate;
  double sum = 0;
  for (const auto& [other, other_rate] : rates) {
    CHECK(other_rate >= 0);
    sum += other_rate;
  }
  CHECK(sum <= 1, "the rates of one call add up to {}", sum);
}

void FaultPlan::ClearRates() {
  MutexLock lock(mutex_);
  rates_.clear();
}

void FaultPlan::Script(Call call, Fault fault, std::optional<uint64_t> process, uint64_t skip) {
  CHECK(Applies(call, fault));
  MutexLock lock(mutex_);
  script_.push_back({.call = call, .fault = fault, .process = process, .skip = skip});
}

Fault FaultPlan::Draw(Call call, uint64_t process) {
  MutexLock lock(mutex_);
  const Fault fault = DrawLocked(call, process);
  ++drawn_[static_cast<size_t>(fault)];
  return fault;
}

Fault FaultPlan::DrawLocked(Call call, uint64_t process) {
  auto due = script_.end();
  for (auto it = script_.begin(); it != script_.end(); ++it) {
    if (it->call != call || (it->process && *it->process != process)) {
      continue;
    }
    if (it->skip > 0) {
      --it->skip;
    } else if (due == script_.end()) {
      due = it;
    }
  }
  if (due != script_.end()) {
    const Fault fault = due->fault;
    script_.erase(due);
    return fault;
  }
  const auto rates = rates_.find(call);
  if (rates == rates_.end()) {
    return Fault::kNone;
  }
  double drawn = UnitLocked();
  for (const auto& [fault, rate] : rates->second) {
    if (drawn < rate) {
      return fault;
    }
    drawn -= rate;
  }
  return Fault::kNone;
}

double FaultPlan::UnitLocked() {
  // 53 bits: exact in a double, and so the same everywhere.
  return static_cast<double>(random_() >> 11) * 0x1p-53;
}

bool FaultPlan::Chance(double rate) {
  if (rate <= 0) {
    return false;
  }
  MutexLock lock(mutex_);
  return UnitLocked() < rate;
}

uint64_t FaultPlan::Below(uint64_t n) {
  CHECK(n > 0);
  MutexLock lock(mutex_);
  return random_() % n;
}

uint64_t FaultPlan::Drawn(Fault fault) const {
  MutexLock lock(mutex_);
  return drawn_[static_cast<size_t>(fault)];
}

}  // namespace borealis::storage
