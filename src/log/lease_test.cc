// Claims about leases: at most one holder at a time by the rules of the clocks, nobody trusts
// another's clock, a lost holder learns it.
#include "log/lease.h"

#include <gtest/gtest.h>

#include "log/testing.h"
#include "storage/faulty/faulty_backend.h"

namespace borealis::log {
namespace {

constexpr int64_t kTtlNs = 10'000'000'000;

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() : volume_(storage::FaultyVolume::Create({}, [] { return uint64_t{1}; })) {
    backend_ = volume_->Attach();
  }
  Lease Make(uint64_t holder, const Clock& clock) {
    return {*backend_, clock, "snapshot", Uuid::FromRandom(1, holder), kTtlNs};
  }
  std::shared_ptr<storage::FaultyVolume> volume_;
  std::unique_ptr<storage::FaultyBackend> backend_;
  // Each holder has a clock of its own.
  ManualClock clock_a_;
  ManualClock clock_b_;
};

TEST_F(LeaseTest, TheFirstToAskHoldsItTheSecondIsRefused) {
  Lease a = Make(1, clock_a_);
  Lease b = Make(2, clock_b_);
  EXPECT_TRUE(a.Acquire().ok());
  EXPECT_TRUE(a.Held());
  EXPECT_EQ(b.Acquire().code(), Code::kConflict);
  EXPECT_FALSE(b.Held());
}

TEST_F(LeaseTest, AnObserverTakesOverOnlyAfterItSawOneVersionForTheWholeTime) {
  Lease a = Make(1, clock_a_);
  Lease b = Make(2, clock_b_);
  ASSERT_TRUE(a.Acquire().ok());
  clock_b_.AdvanceNs(100 * kTtlNs);  // it had not looked yet: this time counts nothing
  EXPECT_EQ(b.Acquire().code(), Code::kConflict);
  clock_b_.AdvanceNs(kTtlNs - 1);
  EXPECT_EQ(b.Acquire().code(), Code::kConflict);
  clock_b_.AdvanceNs(1);
  EXPECT_TRUE(b.Acquire().ok());
  EXPECT_GT(b.version(), a.version());
  EXPECT_EQ(a.Renew().code(), Code::kConflict);
  EXPECT_FALSE(a.Held());
}

TEST_F(LeaseTest, ARenewalStartsTheObserversTimeAgain) {
  Lease a = Make(1, clock_a_);
  Lease b = Make(2, clock_b_);
  ASSERT_TRUE(a.Acquire().ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(b.Acquire().code(), Code::kConflict);
    clock_b_.AdvanceNs(kTtlNs - 1);
    ASSERT_TRUE(a.Renew().ok());
  }
}

TEST_F(LeaseTest, AHolderCountsFromBeforeItsRenewalByItsOwnClock) {
  Lease a = Make(1, clock_a_);
  ASSERT_TRUE(a.Acquire().ok());
  clock_a_.AdvanceNs(kTtlNs - 1);
  EXPECT_TRUE(a.Held());
  clock_a_.AdvanceNs(1);
  EXPECT_FALSE(a.Held());
  EXPECT_TRUE(a.Renew().ok());  // nobody took it meanwhile
  EXPECT_TRUE(a.Held());
  clock_a_.JumpWallUs(1'000'000'000'000);  // wall time is nothing to it
  EXPECT_TRUE(a.Held());
}

TEST_F(LeaseTest, AReleasedLeaseIsFreeAtOnceAndVersionsNeverComeBack) {
  Lease a = Make(1, clock_a_);
  Lease b = Make(2, clock_b_);
  uint64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(a.Acquire().ok());
    EXPECT_GT(a.version(), last);
    last = a.version();
    ASSERT_TRUE(a.Release().ok());
    EXPECT_FALSE(a.Held());
    ASSERT_TRUE(b.Acquire().ok());
    EXPECT_GT(b.version(), last);
    last = b.version();
    ASSERT_TRUE(b.Release().ok());
  }
}

TEST_F(LeaseTest, TheLongerOfTheTwoTimesHolds) {
  Lease patient(*backend_, clock_a_, "snapshot", Uuid::FromRandom(1, 1), 5 * kTtlNs);
  Lease b = Make(2, clock_b_);
  ASSERT_TRUE(patient.Acquire().ok());
  EXPECT_EQ(b.Acquire().code(), Code::kConflict);
  clock_b_.AdvanceNs(5 * kTtlNs - 1);
  EXPECT_EQ(b.Acquire().code(), Code::kConflict);
  clock_b_.AdvanceNs(1);
  EXPECT_TRUE(b.Acquire().ok());
}

TEST_F(LeaseTest, AnUnknownOutcomeIsFoundOut) {
  Lease a = Make(1, clock_a_);
  volume_->plan().Script(storage::Call::kSwap, storage::Fault::kReplyLost);
  EXPECT_TRUE(a.Acquire().ok());  // it happened: read back
  EXPECT_TRUE(a.Held());
  volume_->plan().Script(storage::Call::kSwap, storage::Fault::kRequestLost);
  EXPECT_EQ(a.Renew().code(), Code::kUnknown);  // it did not, and may yet
  EXPECT_TRUE(a.Held());
  EXPECT_TRUE(a.Renew().ok());
}

TEST_F(LeaseTest, ADamagedRegisterIsCorruptionNotAFreeLease) {
  for (size_t bit = 0; bit < 8; ++bit) {
    Bytes bytes = EncodeLease({.held = false, .holder = Uuid::FromRandom(1, 1), .ttl_ns = 5});
    for (std::byte& byte : bytes) {
      byte ^= static_cast<std::byte>(1u << bit);
      EXPECT_FALSE(DecodeLease(bytes).ok());
      byte ^= static_cast<std::byte>(1u << bit);
    }
  }
}

}  // namespace
}  // namespace borealis::log
