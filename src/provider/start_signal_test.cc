#include "provider/start_signal.h"

#include <gtest/gtest.h>

#include <thread>

namespace borealis::provider {
namespace {

constexpr int64_t kLongMs = 60'000;

TEST(StartSignal, AProcessThatIsNoServerHasNothingToWaitFor) {
  EXPECT_FALSE(StartSignal().Await(kLongMs));
}

TEST(StartSignal, ComesWhenTheMainThreadGivesIt) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  bool started = false;
  const StartSignal signal(&lock, &condition, &started);
  EXPECT_FALSE(signal.Await(1));
  std::thread main([&] {
    pthread_mutex_lock(&lock);
    started = true;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&lock);
  });
  EXPECT_TRUE(signal.Await(kLongMs));
  main.join();
  EXPECT_TRUE(signal.Await(0));
  pthread_cond_destroy(&condition);
  pthread_mutex_destroy(&lock);
}

}  // namespace
}  // namespace borealis::provider
