#include "node/event_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>
#include <vector>

namespace borealis::node {
namespace {

bool Readable(const EventQueue& queue) {
  pollfd fd{queue.fd(), POLLIN, 0};
  return poll(&fd, 1, 0) == 1;
}

TEST(EventQueueTest, IsReadableWhileSomethingIsQueued) {
  EventQueue queue;
  EXPECT_FALSE(Readable(queue));
  queue.Push({StopDeadline{}, 1, {}});
  queue.Push({StopDeadline{}, 2, {}});
  EXPECT_TRUE(Readable(queue));
  const auto items = queue.Take();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].server, 1u);
  EXPECT_EQ(items[1].server, 2u);
  EXPECT_FALSE(Readable(queue));
  EXPECT_TRUE(queue.Take().empty());
}

TEST(EventQueueTest, NothingOfOtherThreadsIsLostAndEachKeepsItsOrder) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kEach = 500;
  EventQueue queue;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&queue, t] {
      for (uint64_t n = 0; n < kEach; ++n) queue.Push({StopDeadline{}, t * kEach + n, {}});
    });
  }
  std::vector<uint64_t> next(kThreads, 0);
  for (uint64_t seen = 0; seen < kThreads * kEach;) {
    pollfd fd{queue.fd(), POLLIN, 0};
    ASSERT_EQ(poll(&fd, 1, 10'000), 1) << "something was pushed and nobody was woken";
    for (const EventQueue::Item& item : queue.Take()) {
      EXPECT_EQ(item.server % kEach, next[item.server / kEach]++);
      ++seen;
    }
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace borealis::node
