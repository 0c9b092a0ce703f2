// Seals: S4, idempotence, cuts.
#include <gtest/gtest.h>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests

TEST_P(BackendConformanceTest, SealReturnsTheSizeAndEndsAppendsOfEveryProcess) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*b, kFirst, "12345").outcome, AppendOutcome::kOk);
  const Result<uint64_t> size = a_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 5u);
  const auto c = Attach();
  for (Backend* process : {a_.get(), b.get(), c.get()}) {
    const AppendResult append = AppendText(*process, kFirst, "x");
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(append.status.code(), Code::kSealed);
    const SegmentState state = StateOrDie(*process, kFirst);
    EXPECT_TRUE(state.sealed);
    EXPECT_EQ(state.durable_end, 5u);
    EXPECT_EQ(state.written_end, 5u);
    EXPECT_EQ(ReadText(*process, kFirst), "12345");
  }
}

TEST_P(BackendConformanceTest, SealOfAnEmptySegmentHolds) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const Result<uint64_t> size = a_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 0u);
  EXPECT_EQ(AppendText(*Attach(), kFirst, "x").status.code(), Code::kSealed);
}

TEST_P(BackendConformanceTest, SealAgainGivesTheSameSizeToEveryProcess) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "123").outcome, AppendOutcome::kOk);
  const Result<uint64_t> first = b->Seal(kFirst);
  ASSERT_TRUE(first.ok());
  for (Backend* process : {a_.get(), b.get()}) {
    EXPECT_EQ(AppendText(*process, kFirst, "x").status.code(), Code::kSealed);
    const Result<uint64_t> again = process->Seal(kFirst);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, *first);
  }
}

TEST_P(BackendConformanceTest, SealedSegmentIgnoresALaterCut) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "123").outcome, AppendOutcome::kOk);
  ASSERT_TRUE(a_->Seal(kFirst).ok());
  const uint64_t cut = 1;
  const Result<uint64_t> again = a_->Seal(kFirst, &cut);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, 3u);
  EXPECT_EQ(ReadText(*a_, kFirst), "123");
}

TEST_P(BackendConformanceTest, CutBelowWhatALivingProcessMadeDurableIsRefused) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*b, kFirst, "acknowledged").outcome, AppendOutcome::kOk);
  const uint64_t cut = 5;
  EXPECT_EQ(a_->Seal(kFirst, &cut).status().code(), Code::kInvalidArgument);
  EXPECT_FALSE(StateOrDie(*a_, kFirst).sealed);
  EXPECT_EQ(ReadText(*a_, kFirst), "acknowledged");
  EXPECT_EQ(AppendText(*b, kFirst, "!").outcome, AppendOutcome::kOk);
}

TEST_P(BackendConformanceTest, CutAtTheDurableEndIsASeal) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "123").outcome, AppendOutcome::kOk);
  const uint64_t cut = 3;
  const Result<uint64_t> size = a_->Seal(kFirst, &cut);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 3u);
  EXPECT_TRUE(StateOrDie(*a_, kFirst).sealed);
  EXPECT_EQ(AppendText(*a_, kFirst, "x").status.code(), Code::kSealed);
}

}  // namespace borealis::storage
