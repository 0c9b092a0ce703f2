// Work that may take its time, beside work that may not: long copies next to a server that answers.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <type_traits>

namespace borealis {

inline constexpr int kBackgroundNiceness = 10;

// Of this thread, and of what it starts from now on: Linux has a priority for each. Only root could
// raise it again.
inline void BecomeBackground(int niceness = kBackgroundNiceness) {
  static_cast<void>(setpriority(PRIO_PROCESS, 0, std::max(getpriority(PRIO_PROCESS, 0), niceness)));
}

// Runs `work` on such a thread and returns what it returns; the caller's priority stays.
template <typename Work>
auto InBackground(Work work) {
  std::optional<std::invoke_result_t<Work>> result;
  std::thread thread([&] {
    BecomeBackground();
    result.emplace(work());
  });
  thread.join();
  return std::move(*result);
}

}  // namespace borealis
