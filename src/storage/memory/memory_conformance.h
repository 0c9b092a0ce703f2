// MemoryConformanceVolume: memory volumes under the conformance suite, and under suites that build
// on it.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "storage/conformance/backend_conformance.h"
#include "storage/memory/memory_backend.h"

namespace borealis::storage {

class MemoryConformanceVolume : public conformance::Volume {
 public:
  explicit MemoryConformanceVolume(MemoryOptions options)
      : volume_(MemoryVolume::Create(std::move(options))) {}

  std::unique_ptr<Backend> Attach() override { return volume_->Attach(); }

  bool RunAndCrash(conformance::CrashPoint point,
                   const std::function<void(conformance::Dying&)>& work) override {
    if (point != conformance::CrashPoint::kBetweenCalls) {
      return false;
    }
    auto process = volume_->Attach();
    conformance::Dying dying{.backend = *process, .open_writers = {}};
    work(dying);
    process->Crash();
    return true;
  }

  // Everything acknowledged is durable and nothing else is there, so only the processes die.
  bool PowerLoss() override {
    volume_->CrashAll();
    return true;
  }

 private:
  const std::shared_ptr<MemoryVolume> volume_;
};

}  // namespace borealis::storage
