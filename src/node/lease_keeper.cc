#include "node/lease_keeper.h"

#include "base/log.h"

namespace borealis::node {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kAskMs = 500;

}  // namespace

Result<std::unique_ptr<LeaseKeeper>> LeaseKeeper::Take(storage::Backend& backend,
                                                       const Clock& clock, const std::string& name,
                                                       const std::atomic<bool>* cancel) {
  auto lease =
      std::make_unique<log::Lease>(backend, clock, name, Uuid::Random(), kLeaseTtlMs * kNsPerMs);
  // A holder that lives renews every third of it.
  const int64_t deadline_ns = clock.MonotonicNs() + (kLeaseTtlMs + 2000) * kNsPerMs;
  Mutex mutex;
  CondVar never;
  while (true) {
    const Status acquired = lease->Acquire();
    if (acquired.ok()) break;
    if (acquired.code() != Code::kConflict || clock.MonotonicNs() >= deadline_ns) return acquired;
    if (cancel != nullptr && cancel->load()) return Status(Code::kAborted, "cancelled");
    MutexLock lock(mutex);
    never.WaitFor(mutex, kAskMs * kNsPerMs);
  }
  std::unique_ptr<LeaseKeeper> keeper(new LeaseKeeper(std::move(lease)));
  keeper->thread_ = std::thread([raw = keeper.get()] { raw->Loop(); });
  return keeper;
}

LeaseKeeper::~LeaseKeeper() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  const Status released = lease_->Release();
  if (!released.ok()) LogWarning("lease not given back: {}", released.message());
}

Status LeaseKeeper::Confirm() {
  MutexLock lock(mutex_);
  const Status renewed = lease_->Renew();
  if (renewed.code() == Code::kConflict || (!renewed.ok() && !lease_->Held())) lost_ = true;
  return renewed;
}

void LeaseKeeper::Loop() {
  while (true) {
    {
      MutexLock lock(mutex_);
      if (!stop_) wake_.WaitFor(mutex_, kLeaseTtlMs * kNsPerMs / 3);
      if (stop_) return;
    }
    const Status renewed = Confirm();
    if (!renewed.ok()) LogWarning("lease not renewed: {}", renewed.message());
  }
}

}  // namespace borealis::node
