#include "provider/snapshot_barrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace borealis::provider {
namespace {

TEST(SnapshotBarrier, AProcessThatIsNoServerHasNothingToWaitFor) {
  SnapshotBarrier barrier;
  EXPECT_EQ(barrier.found(), SnapshotBarrier::Found::kNothing);
  EXPECT_FALSE(barrier.on());
  barrier.Pass();
}

TEST(SnapshotBarrier, PassesOnlyWhenTheSnapshotInTheMakingIsMade) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  SnapshotBarrier barrier(&lock);
  ASSERT_TRUE(barrier.on());
  std::atomic<bool> made{false};
  std::atomic<bool> made_before_passing{false};
  pthread_mutex_lock(&lock);
  std::thread commit([&] {
    barrier.Pass();
    made_before_passing = made.load();
  });
  made = true;
  pthread_mutex_unlock(&lock);
  commit.join();
  EXPECT_TRUE(made_before_passing);
  EXPECT_EQ(pthread_mutex_trylock(&lock), 0) << "the barrier keeps the lock";
  EXPECT_EQ(barrier.timeouts(), 0);
}

TEST(SnapshotBarrier, AServerThatHangsDoesNotHangTheLog) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  SnapshotBarrier barrier(&lock);
  pthread_mutex_lock(&lock);
  std::thread commit([&] { barrier.Pass(); });
  commit.join();
  EXPECT_EQ(barrier.timeouts(), 1);
}

// The server's two-phase commit passes with the lock held, which serves the same purpose.
TEST(SnapshotBarrier, WhoHoldsTheLockPassesAtOnce) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  SnapshotBarrier barrier(&lock);
  pthread_mutex_lock(&lock);
  barrier.Pass();
  EXPECT_EQ(barrier.timeouts(), 0);
  EXPECT_NE(pthread_mutex_trylock(&lock), 0) << "the barrier released it";
}

TEST(SnapshotBarrier, SwitchedOffItDoesNotWait) {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  SnapshotBarrier barrier(&lock);
  barrier.Enable(false);
  EXPECT_FALSE(barrier.on());
  pthread_mutex_lock(&lock);
  barrier.Pass();
  EXPECT_EQ(barrier.timeouts(), 0);
}

}  // namespace
}  // namespace borealis::provider
