// Sampler: a thread that takes a sample each second and keeps those of the last quarter of an hour.
// Thread-safe. Adapter over state files and /proc.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "control/agents/places.h"
#include "control/metrics/sample.h"
#include "control/model/region.h"

namespace borealis::control {

inline constexpr int64_t kSampleEveryNs = 1'000'000'000;
inline constexpr size_t kSamplesMax = 900;
inline constexpr int kDiskEverySamples = 30;  // a look at every file is dear

class Sampler {
 public:
  // `region`: what there is; called by the thread.
  Sampler(Places places, const Clock& clock, std::function<Region()> region);
  ~Sampler();

  // Null: none was taken yet.
  std::shared_ptr<const Sample> Latest() const;
  // Those after `time_us`, oldest first.
  std::vector<std::shared_ptr<const Sample>> Since(int64_t time_us) const;

 private:
  void Loop();
  Sample Take(const Region& region);
  InstanceSample TakeInstance(const Cluster& cluster, const Instance& instance);

  const Places places_;
  const Clock& clock_;
  const std::function<Region()> region_;
  int taken_ = 0;                              // of the thread
  std::map<std::string, int64_t> disk_bytes_;  // of the thread; by resource id
  mutable Mutex mutex_;
  CondVar wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<const Sample>> samples_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace borealis::control
