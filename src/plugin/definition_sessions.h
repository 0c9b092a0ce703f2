// Which sessions run a statement that changes definitions on all servers. Such a statement can't be
// interrupted: the others would complete it and then find that this server did not. The server
// itself refuses KILL once the statement is in total order, but not while it waits for its turn.
// Thread-safe; what every statement asks takes no lock while nobody changes definitions.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>

namespace borealis::plugin {

class DefinitionSessions {
 public:
  void Begin(uint64_t connection) {
    const std::lock_guard lock(mutex_);
    running_.insert(connection);
    count_.store(running_.size(), std::memory_order_relaxed);
  }
  // On the thread that began it, if any did.
  void End(uint64_t connection) {
    if (count_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(mutex_);
    running_.erase(connection);
    count_.store(running_.size(), std::memory_order_relaxed);
  }
  bool Runs(uint64_t connection) {
    const std::lock_guard lock(mutex_);
    return running_.contains(connection);
  }

 private:
  std::mutex mutex_;
  std::set<uint64_t> running_;
  std::atomic<size_t> count_{0};
};

}  // namespace borealis::plugin
