#include "plugin/fault_effects.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "plugin/provider_link.h"

namespace borealis::plugin {
namespace {

constexpr size_t kReasonBytesMax = 400;

faults::CrashPart PartOf(Crash::Target target) {
  switch (target) {
    case Crash::Target::kInstance:
      return faults::CrashPart::kInstance;
    case Crash::Target::kDispatcher:
      return faults::CrashPart::kDispatcher;
    case Crash::Target::kNode:
      return faults::CrashPart::kNode;
  }
  return faults::CrashPart::kInstance;
}

class Injection {
 public:
  Injection(const faults::Control* control, uint64_t connection)
      : control_(control), connection_(connection) {}

  // Without a provider there is a process to kill, and nothing else.
  std::optional<Refusal> operator()(const Crash& crash) const {
    if (control_ == nullptr && crash.target != Crash::Target::kInstance) return Missing();
    if (control_ != nullptr) control_->crash(PartOf(crash.target), connection_);
    kill(getpid(), SIGKILL);
    while (true) pause();
  }

  std::optional<Refusal> operator()(const ReplicaFailure& fault) const {
    if (control_ == nullptr) return Missing();
    std::array<char, kReasonBytesMax> reason{};
    if (control_->hold_back(fault.node.c_str(), fault.percent, fault.seconds, reason.data(),
                            reason.size())) {
      return std::nullopt;
    }
    return Refusal{kErrorOutOfRange, reason.data()};
  }

  std::optional<Refusal> operator()(const DiskFailure& fault) const {
    if (auto refusal = CheckPlace(fault.place)) return refusal;
    control_->fail_appends(fault.percent, fault.seconds);
    return std::nullopt;
  }

  std::optional<Refusal> operator()(const DiskCongestion& fault) const {
    if (auto refusal = CheckPlace(fault.place)) return refusal;
    control_->congest_appends(fault.percent, fault.min_ms, fault.max_ms, fault.seconds);
    return std::nullopt;
  }

  // Becomes a statement of the server before it gets here.
  std::optional<Refusal> operator()(const VolumeStatus&) const {
    return Refusal{kErrorNotSupported, "SHOW VOLUME STATUS can't be run here"};
  }

 private:
  static Refusal Missing() { return {kErrorNotSupported, ProviderLink::kMissing}; }

  // A volume whose parts can't be told apart takes a fault for any of them as one for all.
  std::optional<Refusal> CheckPlace(const FaultPlace& place) const {
    if (control_ == nullptr) return Missing();
    const faults::VolumeParts parts = control_->volume_parts();
    if (parts.disks == 0) return Refusal{kErrorNotSupported, "not connected to a volume"};
    const bool disk = place.kind == FaultPlace::Kind::kDisk;
    const uint64_t count = disk ? parts.disks : parts.nodes;
    if (place.kind == FaultPlace::Kind::kAll || place.index < count) return std::nullopt;
    return Refusal{kErrorOutOfRange,
                   fmt::format("the {} index must be from 0 to {} (SHOW VOLUME STATUS)",
                               disk ? "disk" : "node", count - 1)};
  }

  const faults::Control* const control_;
  const uint64_t connection_;
};

}  // namespace

std::optional<Refusal> InjectFault(const FaultCommand& command, const faults::Control* control,
                                   uint64_t connection) {
  return std::visit(Injection(control, connection), command);
}

}  // namespace borealis::plugin
