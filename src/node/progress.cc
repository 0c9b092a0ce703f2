#include "node/progress.h"

#include <fmt/core.h>

namespace borealis::node {

std::function<Status(uint64_t)> TellBytes(std::string verb, const Progress& progress,
                                          const std::atomic<bool>& cancel) {
  constexpr uint64_t kStep = 256ull << 20;
  return [verb = std::move(verb), &progress, &cancel,
          told = uint64_t{0}](uint64_t bytes) mutable -> Status {
    if (cancel.load()) return {Code::kAborted, "cancelled"};
    if (bytes - told >= kStep) {
      told = bytes;
      progress(fmt::format("{} {} MiB", verb, bytes >> 20));
    }
    return Status::Ok();
  };
}

std::function<Status(uint64_t)> CountBytes(std::string verb, const Progress& progress,
                                           const std::atomic<bool>& cancel) {
  return [tell = TellBytes(std::move(verb), progress, cancel),
          total = uint64_t{0}](uint64_t bytes) mutable { return tell(total += bytes); };
}

}  // namespace borealis::node
