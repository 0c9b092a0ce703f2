// When a holder counts as hung. That it is ended then: local_process_test.
#include "storage/local/hang_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "storage/local/process_identity.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

class HangWatchTest : public ::testing::Test {
 protected:
  HangWatchTest() {
    CHECK_OK(LocalBackend::Create(directory_.Volume()));
    root_ = std::move(*OpenDirectory(AT_FDCWD, directory_.Volume()));
    state_.emplace(std::move(*SharedMapping::CreateFresh(root_.get())));
    attach_.emplace(std::move(*AttachLock::Open(root_.get())));
    CHECK_OK(attach_->ClaimSlot());
    options_.hang_ticks = 5;
    options_.tick_ms = 1;
    watch_.emplace(**state_, *attach_, options_, "test");
  }
  SharedMutex& mutex() { return (*state_)->table_mutex; }
  int LooksAfter(int looks) {
    for (int i = 0; i < looks; ++i) watch_->Look(mutex(), "test", seen_);
    return seen_.looks;
  }
  void SignIn(uint64_t pid, uint64_t start_time) {
    SharedSlot& slot = (*state_)->slots[static_cast<size_t>(attach_->slot())];
    slot.pid = pid;
    slot.start_time = start_time;
  }

  TestDirectory directory_;
  UniqueFd root_;
  LocalOptions options_;
  std::optional<SharedMapping> state_;
  std::optional<AttachLock> attach_;
  std::optional<HangWatch> watch_;
  HangWatch::Observation seen_;
};

TEST_F(HangWatchTest, FreeMutexIsNobodysFault) { EXPECT_EQ(LooksAfter(10), 0); }

TEST_F(HangWatchTest, ProgressStartsTheCountAnew) {
  WatchedLock lock(mutex(), *watch_, "test");
  EXPECT_EQ(LooksAfter(4), 4);
  lock.Progress();
  EXPECT_EQ(LooksAfter(1), 1);
}

TEST_F(HangWatchTest, NewHolderStartsTheCountAnew) {
  {
    WatchedLock lock(mutex(), *watch_, "test");
    EXPECT_EQ(LooksAfter(4), 4);
  }
  std::thread([&] {
    WatchedLock lock(mutex(), *watch_, "test");
    EXPECT_EQ(LooksAfter(1), 1);
  }).join();
}

TEST_F(HangWatchTest, HolderInThisProcessIsNeverKilled) {
  SignIn(static_cast<uint64_t>(::getpid()), ProcessStartTime(static_cast<uint64_t>(::getpid())));
  WatchedLock lock(mutex(), *watch_, "test");
  EXPECT_EQ(LooksAfter(20), 20);
}

TEST_F(HangWatchTest, ThreadOfAProcessThatIsNotAttachedIsNeverKilled) {
  // Slot 0 says pid 1, which has no such thread.
  SignIn(1, ProcessStartTime(1));
  WatchedLock lock(mutex(), *watch_, "test");
  EXPECT_EQ(LooksAfter(20), 20);
}

TEST_F(HangWatchTest, ProcessWithAReusedPidIsNeverKilled) {
  SignIn(static_cast<uint64_t>(::getpid()), 12345);  // started at another time
  WatchedLock lock(mutex(), *watch_, "test");
  EXPECT_EQ(LooksAfter(20), 20);
}

TEST_F(HangWatchTest, FateOfAThreadIsTold) {
  SignIn(static_cast<uint64_t>(::getpid()), ProcessStartTime(static_cast<uint64_t>(::getpid())));
  EXPECT_EQ(watch_->FateOf(attach_->slot(), CurrentTid()), HangWatch::Fate::kOurs);
  uint32_t tid = 0;
  std::thread([&] { tid = CurrentTid(); }).join();
  EXPECT_EQ(watch_->FateOf(attach_->slot(), tid), HangWatch::Fate::kGone);
  EXPECT_EQ(watch_->FateOf(attach_->slot() + 1, CurrentTid()), HangWatch::Fate::kGone);
}

TEST(ProcessIdentityTest, StartTimesTellProcessesApart) {
  EXPECT_GT(ProcessStartTime(static_cast<uint64_t>(::getpid())), 0u);
  EXPECT_EQ(ProcessStartTime(4'000'000'000), 0u);
  EXPECT_EQ(BootId().size(), 36u);
}

}  // namespace
}  // namespace borealis::storage::local
