#include "node/event_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/check.h"

namespace borealis::node {

EventQueue::EventQueue() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(fd_.valid()); }

void EventQueue::Push(Item item) {
  MutexLock lock(mutex_);
  items_.push_back(std::move(item));
  const uint64_t one = 1;
  CHECK(write(fd_.get(), &one, sizeof(one)) == sizeof(one));
}

std::deque<EventQueue::Item> EventQueue::Take() {
  MutexLock lock(mutex_);
  uint64_t count = 0;
  (void)!read(fd_.get(), &count, sizeof(count));
  return std::exchange(items_, {});
}

}  // namespace borealis::node
