// What each fault does to appends and seals.
#include <gtest/gtest.h>

#include <random>

#include "storage/faulty/faulty_backend.h"

namespace borealis::storage {
namespace {

constexpr SegmentRef kSegment = {{1}, {1}};

AppendResult AppendText(Backend& backend, std::string_view text) {
  return backend.Append(kSegment, [&](const AppendPlace&) { return AsBytes(text); });
}

std::string ReadText(Backend& backend) {
  const Result<Bytes> bytes = backend.Read(kSegment, 0, 1 << 20);
  return bytes.ok() ? std::string(AsText(*bytes)) : bytes.status().ToString();
}

class FaultyAppendTest : public ::testing::Test {
 protected:
  void Make(FaultyOptions options) {
    a_.reset();
    b_.reset();
    options.single_threaded = true;
    volume_ = FaultyVolume::Create(std::move(options), [this] { return engine_(); });
    a_ = volume_->Attach();
    ASSERT_TRUE(a_->EndRecovery().ok());
    b_ = volume_->Attach();
    ASSERT_TRUE(a_->CreateSegment(kSegment).ok());
    ASSERT_EQ(AppendText(*a_, "first|").outcome, AppendOutcome::kOk);
  }
  void SetUp() override { Make({}); }

  AppendResult AppendWith(Fault fault, std::string_view text) {
    volume_->plan().Script(Call::kAppend, fault, a_->process());
    return AppendText(*a_, text);
  }

  std::mt19937_64 engine_{1};
  std::shared_ptr<FaultyVolume> volume_;
  std::unique_ptr<FaultyBackend> a_;
  std::unique_ptr<FaultyBackend> b_;
};

TEST_F(FaultyAppendTest, RefusalsNeverAppear) {
  const std::pair<Fault, Code> refusals[] = {{Fault::kNoSpace, Code::kNoSpace},
                                             {Fault::kIo, Code::kIo},
                                             {Fault::kUnavailable, Code::kUnavailable}};
  for (const auto& [fault, code] : refusals) {
    const AppendResult append = AppendWith(fault, "refused");
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(append.status.code(), code);
  }
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_EQ(AppendText(*a_, "second").outcome, AppendOutcome::kOk);
  EXPECT_EQ(ReadText(*b_), "first|second");
}

TEST_F(FaultyAppendTest, LostReplyIsUnknownAndThere) {
  EXPECT_EQ(AppendWith(Fault::kReplyLost, "landed").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(ReadText(*b_), "first|landed");
}

TEST_F(FaultyAppendTest, LostRequestIsUnknownAndNeverThere) {
  EXPECT_EQ(AppendWith(Fault::kRequestLost, "lost").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_EQ(ReadText(*b_), "first|");
}

TEST_F(FaultyAppendTest, HeldBackAppendLandsWhenAsked) {
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "late").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(volume_->PendingCount(), 1u);
  EXPECT_EQ(ReadText(*b_), "first|");
  EXPECT_EQ(b_->WaitForData(kSegment, 6, INT64_MAX).code(), Code::kTimeout);
  a_.reset();  // it is under way whatever becomes of its sender
  EXPECT_EQ(volume_->LandPending(), 1u);
  EXPECT_EQ(ReadText(*b_), "first|late");
  EXPECT_TRUE(b_->WaitForData(kSegment, 6, INT64_MAX).ok());
  EXPECT_EQ(volume_->PendingCount(), 0u);
}

TEST_F(FaultyAppendTest, HeldBackAppendLandsAtALaterCallByRate) {
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "late").outcome, AppendOutcome::kUnknown);
  volume_->SetPendingRates(1, 0);
  EXPECT_EQ(ReadText(*b_), "first|late");
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "|lost").outcome, AppendOutcome::kUnknown);
  volume_->SetPendingRates(0, 1);
  EXPECT_EQ(ReadText(*b_), "first|late");
  EXPECT_EQ(volume_->PendingCount(), 0u);
}

TEST_F(FaultyAppendTest, NothingLandsAfterASeal) {
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "late").outcome, AppendOutcome::kUnknown);
  const Result<uint64_t> size = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 6u);
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_EQ(ReadText(*b_), "first|");
}

TEST_F(FaultyAppendTest, NothingLandsInASegmentThatTookTheId) {
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "late").outcome, AppendOutcome::kUnknown);
  ASSERT_TRUE(b_->DeleteSegment(kSegment.id).ok());
  ASSERT_TRUE(b_->CreateSegment(kSegment).ok());
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_EQ(ReadText(*b_), "");
}

TEST_F(FaultyAppendTest, PositionedAppendLandsAtItsPlaceOrNever) {
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "late").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(AppendText(*b_, "second").outcome, AppendOutcome::kOk);
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_EQ(ReadText(*b_), "first|second");
}

TEST_F(FaultyAppendTest, FloatingAppendLandsBehindWhatCameMeanwhile) {
  Make({.traits = kFloatingTraits});
  EXPECT_EQ(AppendWith(Fault::kHeldBack, "|late").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(AppendText(*b_, "second").outcome, AppendOutcome::kOk);
  EXPECT_EQ(volume_->LandPending(), 1u);
  EXPECT_EQ(ReadText(*b_), "first|second|late");
}

TEST_F(FaultyAppendTest, FailedSyncIsNeverReadAndEndsTheSegment) {
  EXPECT_EQ(AppendWith(Fault::kSyncFails, "unsynced").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(AppendText(*b_, "x").status.code(), Code::kSealed);
  EXPECT_EQ(ReadText(*b_), "first|");
  const Result<SegmentState> state = b_->State(kSegment);
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->must_seal);
  EXPECT_EQ(state->durable_end, 6u);
  EXPECT_EQ(state->written_end, 14u);
  const uint64_t cut = 14;
  EXPECT_EQ(b_->Seal(kSegment, &cut).status().code(), Code::kInvalidArgument);
  const Result<uint64_t> size = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 6u);
  EXPECT_EQ(ReadText(*b_), "first|");
}

TEST_F(FaultyAppendTest, UnsyncedBytesOfTheDeadBecomeDurableByAnothersSync) {
  EXPECT_EQ(AppendWith(Fault::kCrashBeforeSync, "orphan|").outcome, AppendOutcome::kUnknown);
  EXPECT_FALSE(a_->alive());
  EXPECT_EQ(ReadText(*b_), "first|");  // S3: not yet
  AppendPlace place;
  const AppendResult next = b_->Append(kSegment, [&](const AppendPlace& given) {
    place = given;
    return AsBytes("next");
  });
  ASSERT_EQ(next.outcome, AppendOutcome::kOk);
  EXPECT_EQ(place.offset, 13u);
  EXPECT_EQ(place.durable_end, 6u);
  EXPECT_EQ(ReadText(*b_), "first|orphan|next");
}

TEST_F(FaultyAppendTest, UnsyncedBytesOfTheDeadAreSyncedOrCutByASeal) {
  EXPECT_EQ(AppendWith(Fault::kCrashBeforeSync, "orphan").outcome, AppendOutcome::kUnknown);
  const Result<uint64_t> synced = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(synced.ok());
  EXPECT_EQ(*synced, 12u);
  EXPECT_EQ(ReadText(*b_), "first|orphan");

  Make({});
  EXPECT_EQ(AppendWith(Fault::kCrashBeforeSync, "orphan").outcome, AppendOutcome::kUnknown);
  volume_->plan().Script(Call::kSeal, Fault::kCutUnsynced);
  const Result<uint64_t> cut = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(cut.ok());
  EXPECT_EQ(*cut, 6u);
  EXPECT_EQ(ReadText(*b_), "first|");

  Make({});
  EXPECT_EQ(AppendWith(Fault::kCrashBeforeSync, "orphan").outcome, AppendOutcome::kUnknown);
  volume_->plan().Script(Call::kSeal, Fault::kSyncFails);
  const Result<uint64_t> failed = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(*failed, 6u);
}

TEST_F(FaultyAppendTest, DeathInTheMiddleOfAWriteLeavesDebrisThatIsNoPartOfTheSegment) {
  EXPECT_EQ(AppendWith(Fault::kCrashMidWrite, std::string(4000, 'd')).outcome,
            AppendOutcome::kUnknown);
  EXPECT_FALSE(a_->alive());
  EXPECT_EQ(AppendText(*b_, "x").status.code(), Code::kSealed);
  const Result<Bytes> raw = b_->ReadRaw(kSegment, 0, 10'000);
  ASSERT_TRUE(raw.ok());
  EXPECT_LT(raw->size(), 4006u);
  const Result<uint64_t> size = b_->Seal(kSegment, nullptr);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 6u);
  EXPECT_EQ(ReadText(*b_), "first|");
}

TEST_F(FaultyAppendTest, DeathAfterTheSyncLeavesTheBytes) {
  EXPECT_EQ(AppendWith(Fault::kCrashAfter, "there").outcome, AppendOutcome::kUnknown);
  EXPECT_FALSE(a_->alive());
  EXPECT_EQ(ReadText(*b_), "first|there");
}

TEST_F(FaultyAppendTest, SealMayHappenUnheard) {
  volume_->plan().Script(Call::kSeal, Fault::kReplyLost);
  EXPECT_EQ(a_->Seal(kSegment, nullptr).status().code(), Code::kUnavailable);
  EXPECT_EQ(AppendText(*b_, "x").status.code(), Code::kSealed);
  volume_->plan().Script(Call::kSeal, Fault::kReplyLost);
  EXPECT_EQ(a_->Seal({kSegment.id, {9}}, nullptr).status().code(), Code::kFenced);
}

}  // namespace
}  // namespace borealis::storage
