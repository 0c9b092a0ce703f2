// EventQueue: what other threads tell the agent's own, with a descriptor to poll. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "node/agent_machine.h"
#include "node/prober.h"

namespace borealis::node {

class EventQueue {
 public:
  struct Item {
    Event event;
    uint64_t server = 0;                 // generation of the server that a probe asked
    std::optional<ServerHealth> health;  // of a probe
  };

  EventQueue();
  // Readable while something is queued.
  int fd() const { return fd_.get(); }
  void Push(Item item);
  std::deque<Item> Take();

 private:
  const UniqueFd fd_;
  Mutex mutex_;
  std::deque<Item> items_ GUARDED_BY(mutex_);
};

}  // namespace borealis::node
