// Service: the region of one daemon behind its API: authenticates a request, runs the action on a
// copy of the region, saves it, answers. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/mutex.h"
#include "control/actions/call.h"
#include "control/api/attempts.h"
#include "control/api/authenticate.h"
#include "control/api/http_message.h"
#include "control/reconcile/decide.h"
#include "control/store/store.h"

namespace borealis::control {

// How many requests that are not signed well an address may send, and how soon another one; beyond
// that they are refused without a line in the log.
inline constexpr int kUnsignedRequestsMax = 200;
inline constexpr int64_t kUnsignedRequestEveryUs = 100'000;

class Service {
 public:
  // `changed`: called, without locks, after a request has changed the region. Borrows the clock.
  Service(std::unique_ptr<Store> store, Region region, Settings settings,
          std::unique_ptr<Logs> logs, const Clock& clock, std::function<void()> changed);

  HttpAnswer Handle(const HttpRequest& request);
  // The action of `form` for somebody who was let in otherwise than by a signature. `who`, for the
  // log: whatever may be shown there.
  std::variant<Value, ApiError> Perform(const Form& form, const std::string& service,
                                        bool read_only, const std::string& who);

  // Rises with every change of the region.
  int64_t version() const { return version_.load(); }
  uint16_t default_port() const { return settings_.default_port; }  // of clusters

  Region Snapshot() const;
  // Decides on the region as it is now, and saves. A failure to save leaves it as it was.
  Result<Decision> Reconcile(const Observed& observed);

 private:
  HttpAnswer Act(const HttpRequest& request, const std::string& request_id);
  std::variant<Value, ApiError> RunIfKnown(const std::string& service, const Form& form);
  std::variant<Value, ApiError> Run(const std::string& service, const std::string& action,
                                    const Form& form) EXCLUDES(mutex_);

  const Settings settings_;
  const std::unique_ptr<Logs> logs_;
  const Clock& clock_;
  const std::function<void()> changed_;
  std::atomic<int64_t> version_{0};
  mutable Mutex mutex_;
  const std::unique_ptr<Store> store_ PT_GUARDED_BY(mutex_);
  Region region_ GUARDED_BY(mutex_);
  Restorable restorable_ GUARDED_BY(mutex_);  // as it was seen last
  Authenticator authenticator_ GUARDED_BY(mutex_);
  Attempts attempts_ GUARDED_BY(mutex_){kUnsignedRequestsMax, kUnsignedRequestEveryUs};
};

}  // namespace borealis::control
