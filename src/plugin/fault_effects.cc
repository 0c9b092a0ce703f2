#include "plugin/fault_effects.h"

#include <unistd.h>

#include <csignal>

#include "plugin/provider_link.h"

namespace borealis::plugin {
namespace {

class Injection {
 public:
  Injection(const faults::Control* control, uint64_t connection)
      : control_(control), connection_(connection) {}

  // Without a provider nothing of a commit is in a log: the process dies at once.
  std::optional<Refusal> operator()(const Crash& crash) const {
    if (crash.target != Crash::Target::kInstance) return NotYet();
    if (control_ != nullptr) control_->crash(faults::CrashPart::kInstance, connection_);
    kill(getpid(), SIGKILL);
    while (true) pause();
  }
  template <typename Other>
  std::optional<Refusal> operator()(const Other&) const {
    return NotYet();
  }

 private:
  static Refusal NotYet() { return {kErrorNotSupported, "this can't be simulated yet"}; }

  const faults::Control* const control_;
  const uint64_t connection_;
};

}  // namespace

std::optional<Refusal> InjectFault(const FaultCommand& command, const faults::Control* control,
                                   uint64_t connection) {
  return std::visit(Injection(control, connection), command);
}

}  // namespace borealis::plugin
