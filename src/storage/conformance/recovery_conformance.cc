// What outlives processes: S2, S6, NeedsRecovery, the recovery lock, deaths in the middle of a
// call.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "storage/conformance/backend_conformance.h"

namespace borealis::storage {

using namespace conformance;  // NOLINT(google-build-using-namespace): its tests

TEST_P(BackendConformanceTest, OnlyAProcessThatFindsNobodyNeedsRecovery) {
  const auto fresh = GetParam().make();
  auto first = fresh->Attach();
  EXPECT_TRUE(first->NeedsRecovery());
  EXPECT_TRUE(first->EndRecovery().ok());
  EXPECT_FALSE(first->NeedsRecovery());
  auto second = fresh->Attach();
  EXPECT_FALSE(second->NeedsRecovery());
  EXPECT_TRUE(second->EndRecovery().ok());
  first.reset();
  const auto third = fresh->Attach();  // the second is still there
  EXPECT_FALSE(third->NeedsRecovery());
}

TEST_P(BackendConformanceTest, AfterTheLastProcessLeftTheNextOneNeedsRecovery) {
  auto b = Attach();
  a_.reset();
  b.reset();
  a_ = volume_->Attach();
  EXPECT_TRUE(a_->NeedsRecovery());
}

TEST_P(BackendConformanceTest, AttachingWaitsUntilRecoveryEnded) {
  a_.reset();
  a_ = volume_->Attach();
  ASSERT_TRUE(a_->NeedsRecovery());
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  std::atomic<bool> ended = false;
  std::promise<void> attached;
  std::thread other([&] {
    const auto b = volume_->Attach();
    attached.set_value();
    EXPECT_TRUE(ended.load());
    EXPECT_FALSE(b->NeedsRecovery());
    EXPECT_EQ(ReadText(*b, kFirst), "recovered");
  });
  // What must not happen gets the time to happen.
  EXPECT_EQ(attached.get_future().wait_for(std::chrono::milliseconds(50)),
            std::future_status::timeout);
  EXPECT_EQ(AppendText(*a_, kFirst, "recovered").outcome, AppendOutcome::kOk);
  ended = true;
  EXPECT_TRUE(a_->EndRecovery().ok());
  other.join();
}

TEST_P(BackendConformanceTest, ProcessThatLeavesInRecoveryPassesItOn) {
  a_.reset();
  a_ = volume_->Attach();
  ASSERT_TRUE(a_->NeedsRecovery());
  std::thread other([&] { EXPECT_TRUE(volume_->Attach()->NeedsRecovery()); });
  a_.reset();
  other.join();
}

TEST_P(BackendConformanceTest, DurableBytesOutliveAllProcesses) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "one|").outcome, AppendOutcome::kOk);
  ASSERT_EQ(AppendText(*a_, kFirst, "two").outcome, AppendOutcome::kOk);
  a_.reset();
  a_ = volume_->Attach();
  const Result<Bytes> raw = a_->ReadRaw(kFirst, 0, 7);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(AsText(*raw), "one|two");
  const uint64_t cut = 7;
  const Result<uint64_t> size = a_->Seal(kFirst, &cut);
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(*size, 7u);
  EXPECT_EQ(ReadText(*a_, kFirst), "one|two");
  EXPECT_TRUE(StateOrDie(*a_, kFirst).sealed);
  EXPECT_EQ(AppendText(*a_, kFirst, "x").status.code(), Code::kSealed);
}

TEST_P(BackendConformanceTest, SegmentSealedBeforeHasTheSameSizeForTheNextGeneration) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "final").outcome, AppendOutcome::kOk);
  const Result<uint64_t> before = a_->Seal(kFirst);
  ASSERT_TRUE(before.ok());
  a_.reset();
  a_ = volume_->Attach();
  const Result<uint64_t> after = a_->Seal(kFirst, &*before);
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  EXPECT_EQ(*after, 5u);
  EXPECT_EQ(ReadText(*a_, kFirst), "final");
}

TEST_P(BackendConformanceTest, RecoveryMayCutWhatItFoundTorn) {
  if (!traits().tail_may_tear) {
    GTEST_SKIP() << "its reads return committed bytes only";
  }
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "validated|torn").outcome, AppendOutcome::kOk);
  a_.reset();
  a_ = volume_->Attach();
  const uint64_t cut = 9;
  const Result<uint64_t> size = a_->Seal(kFirst, &cut);
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(*size, cut);
  const Result<uint64_t> again = a_->Seal(kFirst);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, cut);
  ASSERT_TRUE(a_->EndRecovery().ok());
  const auto b = Attach();
  EXPECT_EQ(ReadText(*b, kFirst), "validated");
  EXPECT_EQ(StateOrDie(*b, kFirst).durable_end, cut);
  EXPECT_EQ(AppendText(*b, kFirst, "x").status.code(), Code::kSealed);
}

TEST_P(BackendConformanceTest, EpochOutlivesAllProcesses) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  a_.reset();
  a_ = Attach();
  EXPECT_EQ(a_->State({kFirst.id, {kFirst.epoch.value + 1}}).status().code(), Code::kFenced);
  EXPECT_TRUE(a_->State(kFirst).ok());
}

TEST_P(BackendConformanceTest, AcknowledgedBytesOutliveTheirWritersDeath) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  if (!volume_->RunAndCrash(CrashPoint::kBetweenCalls, [](Dying& dying) {
        CHECK(AppendText(dying.backend, kFirst, "acknowledged").outcome == AppendOutcome::kOk);
      })) {
    GTEST_SKIP() << "deaths between calls are not simulated";
  }
  EXPECT_EQ(ReadText(*a_, kFirst), "acknowledged");
  const AppendResult append = AppendText(*a_, kFirst, "|next");
  EXPECT_EQ(append.outcome, AppendOutcome::kOk) << append.status.ToString();
  EXPECT_EQ(append.offset, 12u);
}

TEST_P(BackendConformanceTest, AppenderThatDiesInAnAppendLeavesAllOfItOrNothing) {
  const Bytes dying_message = Message(2, 1, 5000);
  for (const CrashPoint point : {CrashPoint::kMidWrite, CrashPoint::kBeforeSync}) {
    const SegmentRef segment = {{10 + static_cast<uint64_t>(point)}, {1}};
    ASSERT_TRUE(a_->CreateSegment(segment).ok());
    ASSERT_EQ(AppendBytes(*a_, segment, Message(1, 1, 700)).outcome, AppendOutcome::kOk);
    if (!volume_->RunAndCrash(point, [&](Dying& dying) {
          static_cast<void>(AppendBytes(dying.backend, segment, dying_message));
        })) {
      GTEST_SKIP() << "deaths inside an append are not simulated";
    }
    // The next appender goes on behind it, or is told to seal first.
    const AppendResult next = AppendBytes(*a_, segment, Message(1, 2, 700));
    if (next.outcome != AppendOutcome::kOk) {
      EXPECT_EQ(next.outcome, AppendOutcome::kNotAppended);
      EXPECT_EQ(next.status.code(), Code::kSealed);
      EXPECT_TRUE(StateOrDie(*a_, segment).must_seal);
    }
    const Result<uint64_t> size = a_->Seal(segment);
    ASSERT_TRUE(size.ok()) << size.status().ToString();
    const Result<Bytes> bytes = a_->Read(segment, 0, 10'000);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(bytes->size(), *size);
    const auto messages = ParseMessages(*bytes);
    ASSERT_TRUE(messages.has_value());
    size_t mine = 0;
    for (const ParsedMessage& message : *messages) {
      mine += message.writer == 1 ? 1 : 0;
    }
    EXPECT_EQ(mine, next.outcome == AppendOutcome::kOk ? 2u : 1u);
    if (point == CrashPoint::kMidWrite) {
      EXPECT_EQ(mine, messages->size());
    }
  }
}

TEST_P(BackendConformanceTest, ProcessThatDiesInRecoveryPassesItOn) {
  a_.reset();
  if (!volume_->RunAndCrash(CrashPoint::kBetweenCalls,
                            [](Dying& dying) { CHECK(dying.backend.NeedsRecovery()); })) {
    GTEST_SKIP() << "deaths between calls are not simulated";
  }
  a_ = volume_->Attach();
  EXPECT_TRUE(a_->NeedsRecovery());
}

TEST_P(BackendConformanceTest, AcknowledgedThingsSurviveAPowerLoss) {
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  const Bytes message = Message(1, 1, 1500);
  ASSERT_EQ(AppendBytes(*a_, kFirst, message).outcome, AppendOutcome::kOk);
  const Result<uint64_t> version = a_->SwapRegister("chain", 0, AsBytes("value"));
  ASSERT_TRUE(version.ok());
  ASSERT_TRUE(PutBlob(*a_, "blob", message).ok());
  if (!volume_->PowerLoss()) {
    GTEST_SKIP() << "power losses are not simulated";
  }
  a_ = volume_->Attach();
  EXPECT_TRUE(a_->NeedsRecovery());
  const Result<Bytes> raw = a_->ReadRaw(kFirst, 0, message.size());
  ASSERT_TRUE(raw.ok());
  EXPECT_TRUE(*raw == message);
  const Result<RegisterValue> value = a_->ReadRegister("chain");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->version, *version);
  EXPECT_EQ(AsText(value->value), "value");
  const auto blob = a_->OpenBlob("blob");
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ((*blob)->size(), message.size());
}

TEST_P(BackendConformanceTest, FailedSyncPoisonsTheSegmentForEveryProcess) {
  const auto b = Attach();
  ASSERT_TRUE(a_->CreateSegment(kFirst).ok());
  ASSERT_EQ(AppendText(*a_, kFirst, "good").outcome, AppendOutcome::kOk);
  if (!volume_->FailNextSync()) {
    GTEST_SKIP() << "failing syncs are not simulated";
  }
  const AppendResult failed = AppendText(*a_, kFirst, "bad");
  EXPECT_NE(failed.outcome, AppendOutcome::kOk);
  EXPECT_FALSE(failed.status.ok());
  for (Backend* process : {a_.get(), b.get()}) {
    const AppendResult append = AppendText(*process, kFirst, "x");
    EXPECT_EQ(append.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(append.status.code(), Code::kSealed);
    EXPECT_TRUE(StateOrDie(*process, kFirst).must_seal);
    EXPECT_EQ(ReadText(*process, kFirst), "good");
    EXPECT_EQ(process->WaitForData(kFirst, 4, 0).code(), Code::kTimeout);
  }
  const Result<uint64_t> size = b->Seal(kFirst);
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(*size, 4u);
  EXPECT_EQ(ReadText(*a_, kFirst), "good");
  const SegmentRef second = {{2}, {8}};  // and life goes on in the next segment
  ASSERT_TRUE(a_->CreateSegment(second).ok());
  EXPECT_EQ(AppendText(*a_, second, "x").outcome, AppendOutcome::kOk);
}

}  // namespace borealis::storage
