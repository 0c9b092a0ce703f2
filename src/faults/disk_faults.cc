#include "faults/disk_faults.h"

#include <algorithm>

namespace borealis::faults {

void DiskFaults::Fail(double percent, int64_t duration_ns) {
  MutexLock lock(mutex_);
  Set(failing_, {percent, clock_.MonotonicNs() + duration_ns, 0, 0});
}

void DiskFaults::Congest(double percent, int64_t min_ns, int64_t max_ns, int64_t duration_ns) {
  MutexLock lock(mutex_);
  Set(congested_, {percent, clock_.MonotonicNs() + duration_ns, min_ns, max_ns});
}

void DiskFaults::Set(Fault& fault, const Fault& wanted) {
  fault = wanted.percent > 0 ? wanted : Fault{};
  ++changes_;
  any_ = true;
  changed_.NotifyAll();
}

void DiskFaults::End() {
  MutexLock lock(mutex_);
  failing_ = congested_ = {};
  ++changes_;
  changed_.NotifyAll();
}

void DiskFaults::Wake() {
  if (!any_) return;
  MutexLock lock(mutex_);
  changed_.NotifyAll();
}

bool DiskFaults::BeforeAppend(const std::atomic<bool>* aborted) {
  if (!any_) return true;
  MutexLock lock(mutex_);
  if (Strikes(congested_)) {
    ++delays_;
    std::uniform_int_distribution<int64_t> delay_ns(congested_.min_ns, congested_.max_ns);
    if (!Delay(congested_, delay_ns(random_), aborted)) return false;
  }
  while (Strikes(failing_)) {
    ++failures_;
    if (!Delay(failing_, kRetryNs, aborted)) return false;
  }
  any_ = Active(failing_) || Active(congested_);
  return true;
}

bool DiskFaults::Strikes(const Fault& fault) {
  if (!Active(fault)) return false;
  std::uniform_real_distribution<double> percent(0, 100);
  return percent(random_) < fault.percent;
}

bool DiskFaults::Delay(const Fault& fault, int64_t ns, const std::atomic<bool>* aborted) {
  const uint64_t changes = changes_;
  const int64_t end_ns = std::min(clock_.MonotonicNs() + ns, fault.until_ns);
  while (changes == changes_) {
    if (aborted != nullptr && *aborted) return false;
    const int64_t left_ns = end_ns - clock_.MonotonicNs();
    if (left_ns <= 0) break;
    changed_.WaitFor(mutex_, left_ns);
  }
  return true;
}

DiskFaults::Figures DiskFaults::figures() {
  MutexLock lock(mutex_);
  return {Active(failing_) ? failing_.percent : 0, Active(congested_) ? congested_.percent : 0,
          failures_, delays_};
}

}  // namespace borealis::faults
