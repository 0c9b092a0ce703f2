// Segments one call at a time: S1, S2, S3, S5, the encoder, limits, errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests

TEST_P(BackendConformanceTest, DescribeSaysWhichVolume) { EXPECT_NE(a_->Describe(), ""); }

TEST_P(BackendConformanceTest, LimitsAreStated) {
  EXPECT_GT(traits().append_bytes_max, 0u);
  EXPECT_GE(traits().segment_bytes_max, traits().append_bytes_max);
}

TEST_P(BackendConformanceTest, NewSegmentHasNoBytesAndIsOpen) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const SegmentState state = StateOrDie(*a_, kFirst);
  EXPECT_EQ(state.durable_end, 0u);
  EXPECT_EQ(state.written_end, 0u);
  EXPECT_FALSE(state.sealed);
  EXPECT_FALSE(state.must_seal);
  EXPECT_EQ(ReadText(*a_, kFirst), "");
}

TEST_P(BackendConformanceTest, SegmentIdIsTakenWhateverItsEpoch) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "kept").outcome, AppendOutcome::kOk);
  EXPECT_EQ(a_->CreateSegment(kFirst).code(), Code::kAlreadyExists);
  EXPECT_EQ(a_->CreateSegment({kFirst.id, {kFirst.epoch.value + 1}}).code(), Code::kAlreadyExists);
  EXPECT_EQ(Attach()->CreateSegment(kFirst).code(), Code::kAlreadyExists);
  EXPECT_EQ(ReadText(*a_, kFirst), "kept");
}

TEST_P(BackendConformanceTest, ListSegmentsNamesEachThatExists) {
  const auto b = Attach();
  for (const uint64_t id : {3u, 1u, 20u, 100u}) {
    ASSERT_TRUE(a_->CreateSegment({{id}, {id}}).ok());
  }
  ASSERT_TRUE(b->DeleteSegment({3}).ok());
  const Result<std::vector<SegmentId>> ids = b->ListSegments();
  ASSERT_TRUE(ids.ok());
  EXPECT_THAT(*ids, ::testing::UnorderedElementsAre(SegmentId{1}, SegmentId{20}, SegmentId{100}));
}

TEST_P(BackendConformanceTest, DeletedSegmentIsGoneForEveryone) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*b, kFirst, "x").outcome, AppendOutcome::kOk);
  ASSERT_TRUE(a_->DeleteSegment(kFirst.id).ok());
  EXPECT_TRUE(a_->DeleteSegment(kFirst.id).ok());  // ok when it does not exist
  for (Backend* process : {a_.get(), b.get()}) {
    EXPECT_EQ(process->State(kFirst).status().code(), Code::kNotFound);
    const AppendResult append = AppendText(*process, kFirst, "y");
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(append.status.code(), Code::kNotFound);
  }
}

TEST_P(BackendConformanceTest, AbsentSegmentIsNotFoundByEveryCall) {
  const AppendResult append = AppendText(*a_, kFirst, "x");
  EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(append.status.code(), Code::kNotFound);
  EXPECT_EQ(a_->Seal(kFirst).status().code(), Code::kNotFound);
  EXPECT_EQ(a_->State(kFirst).status().code(), Code::kNotFound);
  EXPECT_EQ(a_->Read(kFirst, 0, 1).status().code(), Code::kNotFound);
  EXPECT_EQ(a_->ReadRaw(kFirst, 0, 1).status().code(), Code::kNotFound);
  EXPECT_EQ(a_->WaitForData(kFirst, 0, 0).code(), Code::kNotFound);
}

TEST_P(BackendConformanceTest, AppendsFollowOneAnotherAndAreReadByEveryProcess) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const AppendResult one = AppendText(*a_, kFirst, "one|");
  const AppendResult two = AppendText(*b, kFirst, "two|");
  const AppendResult three = AppendText(*a_, kFirst, "three");
  for (const AppendResult* append : {&one, &two, &three}) {
    EXPECT_EQ(append->outcome, AppendOutcome::kOk);
    EXPECT_TRUE(append->status.ok());
    EXPECT_GE(append->write_ns, 0);
    EXPECT_GE(append->sync_ns, 0);
  }
  EXPECT_EQ(one.offset, 0u);
  EXPECT_EQ(two.offset, 4u);
  EXPECT_EQ(three.offset, 8u);
  EXPECT_EQ(ReadText(*a_, kFirst), "one|two|three");
  EXPECT_EQ(ReadText(*b, kFirst), "one|two|three");
  EXPECT_EQ(ReadText(*Attach(), kFirst), "one|two|three");
}

TEST_P(BackendConformanceTest, SegmentsAreIndependent) {
  const SegmentRef second = {{2}, {9}};
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_TRUE(a_->CreateSegment(second).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "a").outcome, AppendOutcome::kOk);
  const AppendResult append = AppendText(*a_, second, "b");
  EXPECT_EQ(append.outcome, AppendOutcome::kOk);
  EXPECT_EQ(append.offset, 0u);
  ASSERT_TRUE(a_->Seal(kFirst).ok());
  EXPECT_EQ(AppendText(*a_, second, "c").outcome, AppendOutcome::kOk);
  EXPECT_EQ(ReadText(*a_, kFirst), "a");
  EXPECT_EQ(ReadText(*a_, second), "bc");
}

TEST_P(BackendConformanceTest, ReadIsClippedToTheDurableEnd) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "0123456789").outcome, AppendOutcome::kOk);
  const auto read = [&](uint64_t offset, size_t length) {
    const Result<Bytes> bytes = a_->Read(kFirst, offset, length);
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
    return bytes.ok() ? std::string(AsText(*bytes)) : "(error)";
  };
  EXPECT_EQ(read(0, 10), "0123456789");
  EXPECT_EQ(read(3, 4), "3456");
  EXPECT_EQ(read(3, 0), "");
  EXPECT_EQ(read(8, 100), "89");
  EXPECT_EQ(read(10, 1), "");
  EXPECT_EQ(read(1'000'000, 1), "");
  EXPECT_EQ(read(9, SIZE_MAX), "9");
  EXPECT_EQ(read(UINT64_MAX, 2), "");
}

TEST_P(BackendConformanceTest, ReadRawHoldsAtLeastTheDurableBytes) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "0123456789").outcome, AppendOutcome::kOk);
  const Result<Bytes> all = a_->ReadRaw(kFirst, 0, 10);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(AsText(*all), "0123456789");
  const Result<Bytes> part = a_->ReadRaw(kFirst, 4, 3);
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(AsText(*part), "456");
}

TEST_P(BackendConformanceTest, OddSizesAndContentsComeBackUnchanged) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  Bytes expected;
  uint32_t number = 0;
  for (const size_t size : {12u, 13u, 511u, 512u, 513u, 4095u, 4096u, 4097u, 70'001u}) {
    const Bytes message = Message(1, ++number, size);
    const AppendResult append = AppendBytes(*a_, kFirst, message);
    ASSERT_EQ(append.outcome, AppendOutcome::kOk) << append.status.ToString();
    EXPECT_EQ(append.offset, expected.size());
    expected.insert(expected.end(), message.begin(), message.end());
  }
  const Bytes zeros(1000);  // a tail of zeros is content too
  ASSERT_EQ(AppendBytes(*a_, kFirst, zeros).outcome, AppendOutcome::kOk);
  expected.insert(expected.end(), zeros.begin(), zeros.end());
  const Result<Bytes> bytes = Attach()->Read(kFirst, 0, expected.size() + 1);
  ASSERT_TRUE(bytes.ok());
  EXPECT_TRUE(*bytes == expected);
}

TEST_P(BackendConformanceTest, StaleOrFutureEpochIsFenced) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  for (const uint64_t epoch : {kFirst.epoch.value - 1, kFirst.epoch.value + 1}) {
    const SegmentRef other = {kFirst.id, {epoch}};
    const AppendResult append = AppendText(*a_, other, "x");
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(append.status.code(), Code::kFenced);
    EXPECT_EQ(a_->Seal(other).status().code(), Code::kFenced);
    EXPECT_EQ(a_->State(other).status().code(), Code::kFenced);
  }
  EXPECT_EQ(ReadText(*a_, kFirst), "");
  EXPECT_FALSE(StateOrDie(*a_, kFirst).sealed);
  EXPECT_EQ(AppendText(*a_, kFirst, "x").outcome, AppendOutcome::kOk);
}

TEST_P(BackendConformanceTest, EncoderIsToldThePlaceAndWhatIsDurable) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  uint64_t end = 0;
  for (int i = 0; i < 10; ++i) {
    int calls = 0;
    AppendPlace place;
    const Bytes bytes = Message(1, static_cast<uint32_t>(i), 100 + static_cast<size_t>(i));
    const AppendResult append = a_->Append(kFirst, [&](const AppendPlace& given) -> ByteView {
      ++calls;
      place = given;
      return bytes;
    });
    ASSERT_EQ(append.outcome, AppendOutcome::kOk);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(append.offset, end);
    EXPECT_EQ(place.offset, traits().positioned_appends ? append.offset : AppendPlace::kFloating);
    EXPECT_EQ(place.durable_end, end);  // this process knows what it was acknowledged
    end += bytes.size();
    EXPECT_EQ(StateOrDie(*b, kFirst).durable_end, end);
  }
}

// From within `placed`, another process appends: its bytes lie behind.
TEST_P(BackendConformanceTest, NothingGetsInFrontOfAnAppendThatWasPlaced) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  for (uint32_t i = 0; i < 5; ++i) {
    const Bytes bytes = Message(1, i, 200);
    int calls = 0;
    AppendResult other;
    const AppendResult append = a_->AppendPipelined(
        kFirst, [&](const AppendPlace&) { return ByteView(bytes); },
        [&] {
          ++calls;
          other = AppendText(*b, kFirst, "behind");
        });
    ASSERT_EQ(append.outcome, AppendOutcome::kOk);
    EXPECT_LE(calls, 1);
    if (calls == 0) continue;  // a backend that does not tell
    ASSERT_EQ(other.outcome, AppendOutcome::kOk);
    EXPECT_EQ(other.offset, append.offset + bytes.size());
  }
}

TEST_P(BackendConformanceTest, AnAppendThatIsRefusedWasNeverPlaced) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_TRUE(a_->Seal(kFirst).ok());
  bool placed = false;
  const AppendResult append = a_->AppendPipelined(
      kFirst, [](const AppendPlace&) { return AsBytes("late"); }, [&] { placed = true; });
  EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
  EXPECT_FALSE(placed);
}

TEST_P(BackendConformanceTest, EncoderThatDeclinesAppendsNothing) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "x").outcome, AppendOutcome::kOk);
  int calls = 0;
  const AppendResult append = a_->Append(kFirst, [&](const AppendPlace&) {
    ++calls;
    return ByteView();
  });
  EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(append.status.code(), Code::kConflict);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(StateOrDie(*a_, kFirst).written_end, 1u);
  EXPECT_EQ(AppendText(*a_, kFirst, "y").offset, 1u);
}

TEST_P(BackendConformanceTest, AppendOverTheLimitIsRefusedAndTheLimitItselfIsNot) {
  if (traits().append_bytes_max > kFillBytesMax) {
    GTEST_SKIP() << "one append may have " << traits().append_bytes_max << " bytes";
  }
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const AppendResult more = AppendBytes(*a_, kFirst, Bytes(traits().append_bytes_max + 1));
  EXPECT_EQ(more.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(more.status.code(), Code::kInvalidArgument);
  EXPECT_EQ(StateOrDie(*a_, kFirst).written_end, 0u);
  const AppendResult exact = AppendBytes(*a_, kFirst, Bytes(traits().append_bytes_max));
  EXPECT_EQ(exact.outcome, AppendOutcome::kOk) << exact.status.ToString();
  EXPECT_EQ(StateOrDie(*a_, kFirst).durable_end, traits().append_bytes_max);
}

TEST_P(BackendConformanceTest, FullSegmentRefusesAppendsAsSealedAndMustBeSealed) {
  if (traits().segment_bytes_max > kFillBytesMax) {
    GTEST_SKIP() << "a segment may have " << traits().segment_bytes_max << " bytes";
  }
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  uint64_t left = traits().segment_bytes_max - 1;
  while (left > 0) {
    const uint64_t size = std::min(left, traits().append_bytes_max);
    ASSERT_EQ(AppendBytes(*a_, kFirst, Bytes(size)).outcome, AppendOutcome::kOk);
    left -= size;
  }
  const AppendResult two = AppendText(*a_, kFirst, "22");
  EXPECT_EQ(two.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(two.status.code(), Code::kSealed);
  EXPECT_EQ(StateOrDie(*a_, kFirst).written_end, traits().segment_bytes_max - 1);
  if (!StateOrDie(*a_, kFirst).must_seal) {  // a refusal may end the segment, or not
    ASSERT_EQ(AppendText(*a_, kFirst, "1").outcome, AppendOutcome::kOk);
  }
  EXPECT_TRUE(StateOrDie(*a_, kFirst).must_seal);
  EXPECT_EQ(AppendText(*a_, kFirst, "x").status.code(), Code::kSealed);
  const Result<uint64_t> size = a_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_GE(*size, traits().segment_bytes_max - 1);
}

}  // namespace borealis::storage
