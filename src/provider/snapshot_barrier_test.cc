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

// Each test ends with the lock held by its thread.
class SnapshotBarrierTest : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(pthread_mutex_unlock(&lock_), 0);
    EXPECT_EQ(pthread_mutex_destroy(&lock_), 0);
  }
  pthread_mutex_t lock_ = PTHREAD_MUTEX_INITIALIZER;
};

TEST_F(SnapshotBarrierTest, PassesOnlyWhenTheSnapshotInTheMakingIsMade) {
  SnapshotBarrier barrier(&lock_);
  ASSERT_TRUE(barrier.on());
  std::atomic<bool> made{false};
  std::atomic<bool> made_before_passing{false};
  pthread_mutex_lock(&lock_);
  std::thread commit([&] {
    barrier.Pass();
    made_before_passing = made.load();
  });
  made = true;
  pthread_mutex_unlock(&lock_);
  commit.join();
  EXPECT_TRUE(made_before_passing);
  EXPECT_EQ(pthread_mutex_trylock(&lock_), 0) << "the barrier keeps the lock";
  EXPECT_EQ(barrier.timeouts(), 0);
}

TEST_F(SnapshotBarrierTest, AServerThatHangsDoesNotHangTheLog) {
  SnapshotBarrier barrier(&lock_);
  pthread_mutex_lock(&lock_);
  std::thread commit([&] { barrier.Pass(); });
  commit.join();
  EXPECT_EQ(barrier.timeouts(), 1);
}

// The server's two-phase commit passes with the lock held, which serves the same purpose.
TEST_F(SnapshotBarrierTest, WhoHoldsTheLockPassesAtOnce) {
  SnapshotBarrier barrier(&lock_);
  pthread_mutex_lock(&lock_);
  barrier.Pass();
  EXPECT_EQ(barrier.timeouts(), 0);
  EXPECT_NE(pthread_mutex_trylock(&lock_), 0) << "the barrier released it";
}

TEST_F(SnapshotBarrierTest, SwitchedOffItDoesNotWait) {
  SnapshotBarrier barrier(&lock_);
  barrier.Enable(false);
  EXPECT_FALSE(barrier.on());
  pthread_mutex_lock(&lock_);
  barrier.Pass();
  EXPECT_EQ(barrier.timeouts(), 0);
}

}  // namespace
}  // namespace borealis::provider
