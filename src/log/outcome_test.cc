// Claims about appends that end badly: unknown is unknown until a seal decides, a full disk loses
// nothing and goes on, a failed sync is final, and a roll survives its death at any step.
#include <gmock/gmock.h>

#include "log/chain.h"
#include "log/testing.h"
#include "storage/faulty/faulty_backend.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using storage::Call;
using storage::Fault;
using testing::AppendOne;
using testing::Drain;
using ::testing::ElementsAre;
using testing::ReadAll;
using testing::TextRecord;
using testing::Texts;

class OutcomeTest : public ::testing::TestWithParam<storage::Traits> {
 protected:
  OutcomeTest()
      : volume_(storage::FaultyVolume::Create({.traits = GetParam(), .single_threaded = true},
                                              [this] { return random_(); })) {
    a_ = volume_->Attach();
    CHECK_OK(Log::Create(*a_, testing::TestIdentity(), clock_));
    log_a_ = Open(*a_);
    b_ = volume_->Attach();
    log_b_ = Open(*b_);
  }
  std::unique_ptr<Log> Open(storage::Backend& backend) {
    auto log = Log::Open(backend, testing::kSmallOptions, clock_);
    CHECK_OK(log);
    return std::move(*log);
  }
  storage::FaultPlan& plan() { return volume_->plan(); }
  AppendReport Append(Log& log, std::string_view text) {
    return AppendOne(log, TextRecord(text, ++request_));
  }
  std::vector<std::string> Read(Log& log) {
    auto entries = ReadAll(log);
    CHECK_OK(entries);
    return Texts(*entries);
  }

  std::mt19937_64 random_{1};
  ManualClock clock_;
  uint64_t request_ = 0;
  std::shared_ptr<storage::FaultyVolume> volume_;
  std::unique_ptr<storage::FaultyBackend> a_;
  std::unique_ptr<storage::FaultyBackend> b_;
  std::unique_ptr<Log> log_a_;
  std::unique_ptr<Log> log_b_;
};

INSTANTIATE_TEST_SUITE_P(Backends, OutcomeTest,
                         ::testing::Values(storage::kPositionedTraits, storage::kFloatingTraits),
                         [](const auto& info) {
                           return info.param.positioned_appends ? "Positioned" : "Floating";
                         });

TEST_P(OutcomeTest, AnUnknownAppendThatLandsBeforeItIsResolvedIsThere) {
  plan().Script(Call::kAppend, Fault::kHeldBack);
  EXPECT_EQ(Append(*log_a_, "late").outcome, AppendOutcome::kUnknown);
  EXPECT_TRUE(Read(*log_a_).empty());  // which proves nothing yet
  EXPECT_EQ(volume_->LandPending(), 1u);
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_THAT(Read(*log_a_), ElementsAre("late"));
  EXPECT_THAT(Read(*log_b_), ElementsAre("late"));
}

TEST_P(OutcomeTest, AnUnknownAppendThatIsResolvedFirstNeverLands) {
  plan().Script(Call::kAppend, Fault::kHeldBack);
  EXPECT_EQ(Append(*log_a_, "too late").outcome, AppendOutcome::kUnknown);
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_TRUE(Read(*log_a_).empty());
  EXPECT_EQ(Append(*log_a_, "again").outcome, AppendOutcome::kOk);
  EXPECT_THAT(Read(*log_b_), ElementsAre("again"));
}

TEST_P(OutcomeTest, ResolvingSealsOnlyWhatIsStillOpen) {
  const auto segments = [&] { return log_b_->ReadChain()->entries.size(); };
  const size_t before = segments();
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_EQ(segments(), before) << "nothing was unknown";
  plan().Script(Call::kAppend, Fault::kReplyLost);
  EXPECT_EQ(Append(*log_a_, "there").outcome, AppendOutcome::kUnknown);
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_EQ(segments(), before + 1);
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_EQ(segments(), before + 1) << "it is resolved";
  // Another process may have sealed the segment meanwhile: then it is decided already.
  plan().Script(Call::kAppend, Fault::kRequestLost);
  EXPECT_EQ(Append(*log_a_, "not there").outcome, AppendOutcome::kUnknown);
  plan().Script(Call::kAppend, Fault::kReplyLost);
  EXPECT_EQ(Append(*log_b_, "there too").outcome, AppendOutcome::kUnknown);
  ASSERT_TRUE(log_b_->ResolveUnknown().ok());
  EXPECT_EQ(segments(), before + 2);
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_EQ(segments(), before + 2);
  EXPECT_THAT(Read(*log_a_), ElementsAre("there", "there too"));
}

TEST_P(OutcomeTest, ResolvingThatFailsCanBeTriedAgain) {
  plan().Script(Call::kAppend, Fault::kHeldBack);
  EXPECT_EQ(Append(*log_a_, "late").outcome, AppendOutcome::kUnknown);
  plan().Script(Call::kMutation, Fault::kNoSpace);
  EXPECT_EQ(log_a_->ResolveUnknown().code(), Code::kNoSpace);
  plan().Script(Call::kSeal, Fault::kUnavailable);
  EXPECT_EQ(log_a_->ResolveUnknown().code(), Code::kUnavailable);
  EXPECT_EQ(volume_->LandPending(), 1u) << "it is not final yet";
  ASSERT_TRUE(log_a_->ResolveUnknown().ok());
  EXPECT_THAT(Read(*log_a_), ElementsAre("late"));
}

TEST_P(OutcomeTest, AChunkOfUnknownOutcomeLeavesItsRecordNotAppended) {
  Record record = TextRecord("", ++request_);
  const Bytes payload(3 * testing::kSmallOptions.chunk_bytes, std::byte{'p'});
  record.payload = payload;
  plan().Script(Call::kAppend, Fault::kHeldBack, {}, 1);
  const AppendReport report = log_a_->Append({&record, 1});
  EXPECT_EQ(report.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(record.flags & kFlagChunked, 0u);
  volume_->LandPending();  // an orphan: nothing names it
  EXPECT_TRUE(Read(*log_b_).empty());
  ASSERT_EQ(log_a_->Append({&record, 1}).outcome, AppendOutcome::kOk);
  EXPECT_THAT(Read(*log_b_), ElementsAre(std::string(payload.size(), 'p')));
}

TEST_P(OutcomeTest, AFullDiskIsToldLosesNothingAndGoesOnWhenThereIsRoom) {
  std::vector<std::string> acknowledged;
  const auto append = [&](int n) {
    const std::string text = std::to_string(n) + std::string(700, 'x');
    const AppendReport report = Append(*log_a_, text);
    if (report.outcome == AppendOutcome::kOk) {
      acknowledged.push_back(text);
    } else {
      EXPECT_EQ(report.outcome, AppendOutcome::kNotAppended);
      EXPECT_EQ(report.status.code(), Code::kNoSpace) << report.status.ToString();
    }
    return report.outcome == AppendOutcome::kOk;
  };
  for (int round = 0; round < 40; ++round) {
    // Room for a little more, at every place relative to the next roll.
    volume_->SetByteBudget(volume_->BytesUsed() + 1024 + static_cast<uint64_t>(round) * 311);
    int n = 0;
    while (append(n)) {
      ASSERT_LT(++n, 100);
    }
    EXPECT_FALSE(append(n));
    EXPECT_EQ(Read(*log_b_), acknowledged);
    volume_->SetByteBudget({});
    EXPECT_TRUE(append(n));
  }
  EXPECT_EQ(Read(*log_a_), acknowledged);
  EXPECT_GT(log_a_->ReadChain()->entries.size(), 5u);
}

TEST_P(OutcomeTest, AfterAFailedSyncTheSegmentIsLeftAndNothingOfItIsAcknowledged) {
  ASSERT_EQ(Append(*log_a_, "good").outcome, AppendOutcome::kOk);
  const SegmentId before = log_a_->DurableEnd()->segment;
  plan().Script(Call::kAppend, Fault::kSyncFails);
  EXPECT_EQ(Append(*log_a_, "lost").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(Append(*log_b_, "next").outcome, AppendOutcome::kOk);
  EXPECT_THAT(Read(*log_a_), ElementsAre("good", "next"));
  if (GetParam().positioned_appends) {
    EXPECT_GT(log_a_->DurableEnd()->segment, before);
  }
}

TEST_P(OutcomeTest, ADeathAtAnyStepOfARollLeavesALogThatGoesOn) {
  for (const Call call : {Call::kMutation, Call::kSeal, Call::kSwap}) {
    for (const Fault fault : {Fault::kCrashBefore, Fault::kCrashAfter}) {
      const std::vector<std::string> before = Read(*log_b_);
      auto dying = volume_->Attach();
      auto log = Open(*dying);
      plan().Script(Call::kAppend, Fault::kReplyLost, dying->process());
      EXPECT_EQ(Append(*log, "x").outcome, AppendOutcome::kUnknown);
      plan().Script(call, fault, dying->process());
      EXPECT_FALSE(log->ResolveUnknown().ok());
      EXPECT_FALSE(dying->alive());
      EXPECT_EQ(Append(*log_a_, "y").outcome, AppendOutcome::kOk);
      std::vector<std::string> expected = before;
      expected.insert(expected.end(), {"x", "y"});
      EXPECT_EQ(Read(*log_b_), expected);
    }
  }
}

TEST_P(OutcomeTest, AChainSwapOfUnknownOutcomeHappensOnce) {
  for (const Fault fault : {Fault::kReplyLost, Fault::kRequestLost}) {
    const size_t segments = log_b_->ReadChain()->entries.size();
    plan().Script(Call::kAppend, Fault::kReplyLost);
    EXPECT_EQ(Append(*log_a_, "x").outcome, AppendOutcome::kUnknown);
    plan().Script(Call::kSwap, fault);
    EXPECT_TRUE(log_a_->ResolveUnknown().ok());
    EXPECT_EQ(log_b_->ReadChain()->entries.size(), segments + 1);
  }
}

TEST_P(OutcomeTest, AWriterThatWasPausedThroughARecoveryCanNotAppendToItsPast) {
  // Its append is under way when everything dies; the next life must never see it land.
  plan().Script(Call::kAppend, Fault::kHeldBack);
  EXPECT_EQ(Append(*log_a_, "from the past").outcome, AppendOutcome::kUnknown);
  volume_->CrashAll();
  log_a_.reset();
  log_b_.reset();
  a_.reset();
  b_ = volume_->Attach();
  log_b_ = Open(*b_);
  EXPECT_TRUE(log_b_->recovered());
  ASSERT_EQ(Append(*log_b_, "now").outcome, AppendOutcome::kOk);
  EXPECT_EQ(volume_->LandPending(), 0u);
  EXPECT_THAT(Read(*log_b_), ElementsAre("now"));
}

TEST_P(OutcomeTest, ARecoveryThatDiesAnywhereIsDoneAgainWithTheSameResult) {
  ASSERT_EQ(Append(*log_a_, "kept").outcome, AppendOutcome::kOk);
  for (const Call call : {Call::kSeal, Call::kMutation, Call::kSwap}) {
    for (const Fault fault : {Fault::kCrashBefore, Fault::kCrashAfter}) {
      volume_->PowerLoss();
      log_a_.reset();
      log_b_.reset();
      a_ = volume_->Attach();
      plan().Script(call, fault, a_->process());
      EXPECT_FALSE(Log::Open(*a_, testing::kSmallOptions, clock_).ok());
      b_ = volume_->Attach();
      ASSERT_TRUE(b_->NeedsRecovery());
      log_b_ = Open(*b_);
      EXPECT_THAT(Read(*log_b_), ElementsAre("kept"));
      a_ = volume_->Attach();
      log_a_ = Open(*a_);
    }
  }
}

TEST_P(OutcomeTest, NobodyReadsWhatIsNotDurable) {
  auto reader = log_b_->NewReaderAfter(Seqno::Zero());
  ASSERT_TRUE(reader.ok());
  plan().Script(Call::kAppend, Fault::kCrashBeforeSync, a_->process());
  EXPECT_EQ(Append(*log_a_, "unsynced").outcome, AppendOutcome::kUnknown);
  if (GetParam().positioned_appends) {
    EXPECT_TRUE(Drain(**reader)->empty());
    // The next append's sync makes it durable: then it is there, in its place.
  }
  ASSERT_EQ(Append(*log_b_, "synced").outcome, AppendOutcome::kOk);
  EXPECT_THAT(Texts(*Drain(**reader)), ElementsAre("unsynced", "synced"));
}

TEST(SplitAppendTest, WhenSomeOfItIsDurableTheRestLeavesItUnknown) {
  storage::Traits traits = storage::kPositionedTraits;
  traits.append_bytes_max = 2048;
  const auto volume = storage::FaultyVolume::Create({.traits = traits}, [] { return uint64_t{1}; });
  const auto backend = volume->Attach();
  CHECK_OK(Log::Create(*backend, testing::TestIdentity(), SystemClock()));
  const auto log = Log::Open(*backend, testing::kSmallOptions, SystemClock());
  ASSERT_TRUE(log.ok());
  std::vector<Record> records;
  for (uint64_t i = 1; i <= 8; ++i) {
    records.push_back(TextRecord(std::to_string(i) + std::string(900, 'x'), i));
  }
  volume->plan().Script(Call::kAppend, Fault::kNoSpace, {}, 2);
  const AppendReport report = (*log)->Append(records);
  EXPECT_EQ(report.outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(report.status.code(), Code::kNoSpace);
  ASSERT_TRUE((*log)->ResolveUnknown().ok());
  const auto there = ReadAll(**log);
  ASSERT_TRUE(there.ok());
  EXPECT_EQ(there->size(), 2u);
}

}  // namespace
}  // namespace borealis::log
