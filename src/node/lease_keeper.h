// LeaseKeeper: a lease of the volume (log/lease.h) that a thread renews for as long as the task
// takes. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "log/lease.h"

namespace borealis::node {

inline constexpr int64_t kLeaseTtlMs = 15'000;

class LeaseKeeper {
 public:
  // Waits long enough to take it over from a holder that died. kConflict: one that lives has it.
  // kAborted: `cancel` (may be null) was set. `backend` is used by the keeper's thread, too.
  static Result<std::unique_ptr<LeaseKeeper>> Take(storage::Backend& backend, const Clock& clock,
                                                   const std::string& name,
                                                   const std::atomic<bool>* cancel);
  // Gives it back.
  ~LeaseKeeper();

  // Ok: held, confirmed in the volume just now. kConflict: lost: what is done under it must end.
  Status Confirm() EXCLUDES(mutex_);
  // Whether it was lost as far as is known; cheap.
  bool lost() const { return lost_.load(); }

 private:
  explicit LeaseKeeper(std::unique_ptr<log::Lease> lease) : lease_(std::move(lease)) {}
  void Loop();

  Mutex mutex_;
  CondVar wake_;
  const std::unique_ptr<log::Lease> lease_;  // used under mutex_
  bool stop_ GUARDED_BY(mutex_) = false;
  std::atomic<bool> lost_{false};
  std::thread thread_;
};

}  // namespace borealis::node
