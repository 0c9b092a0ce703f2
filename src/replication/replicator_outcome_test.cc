// Outcomes of isolated statements, and everything that must stop a node.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "base/log.h"
#include "certification/test_records.h"
#include "replication/test_node.h"

namespace borealis::replication {
namespace {

using storage::MemoryVolume;

constexpr int64_t kLongNs = 30'000'000'000;

class ReplicatorOutcomeTest : public ::testing::Test {
 protected:
  ReplicatorOutcomeTest() {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    SetLogLevel(LogLevel::kError);
    TestNode::CreateVolume(*volume_);
  }
  std::unique_ptr<TestNode> Start(const std::string& name, const TestNode::Options& options = {}) {
    return TestNode::StartOrDie(*volume_, name, options);
  }

  const std::shared_ptr<MemoryVolume> volume_ = MemoryVolume::Create({});
};

TEST_F(ReplicatorOutcomeTest, SameFailureEverywhereStopsNobody) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  auto judged =
      std::async(std::launch::async, [&] { return b->replicator->JudgeOutcome(seqno, "1050"); });
  a->replicator->RecordOutcome(seqno, "1050");
  EXPECT_TRUE(judged.get().ok());
}

TEST_F(ReplicatorOutcomeTest, TheOriginsWordIsAwaitedBeforeAStatementIsRun) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  const NodeId origin = a->replicator->self();
  EXPECT_EQ(b->replicator->AwaitOutcome(seqno, origin, 1), std::nullopt);
  auto awaited = std::async(std::launch::async,
                            [&] { return b->replicator->AwaitOutcome(seqno, origin, kLongNs); });
  a->replicator->RecordOutcome(seqno, "1846");
  EXPECT_EQ(awaited.get(), "1846");
}

TEST_F(ReplicatorOutcomeTest, TheOriginsWordIsInTheLogBeforeItsClientIsAnswered) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  a->replicator->RecordOutcome(seqno, "1846");
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());  // reads what is there now
  EXPECT_EQ(b->replicator->AwaitOutcome(seqno, a->replicator->self(), 1), "1846");
}

TEST_F(ReplicatorOutcomeTest, AStatementIsAnsweredWhenTheOthersHaveRunIt) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->BeginIsolated();
  std::atomic<bool> ran{false};
  auto judged = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ran = true;
    return b->replicator->JudgeOutcome(seqno, "");
  });
  a->replicator->FinishIsolated(seqno, "");
  EXPECT_TRUE(ran);
  EXPECT_TRUE(judged.get().ok());
}

TEST_F(ReplicatorOutcomeTest, WhoKeptAStatementWaitingIsNotWaitedForUntilItVotes) {
  constexpr int kStatements = 10;
  const auto a = Start("a");
  const auto b = Start("b");
  const auto finish_ms = [&](const Seqno seqno) {
    const int64_t begin_ns = SystemClock().MonotonicNs();
    a->replicator->FinishIsolated(seqno, "");
    return (SystemClock().MonotonicNs() - begin_ns) / 1'000'000;
  };
  Seqno last = a->BeginIsolated();
  EXPECT_GE(finish_ms(last), kOthersMs);
  int waited = 0;  // or stood still for as long, as a machine may once
  for (int i = 0; i < kStatements; ++i) {
    last = a->BeginIsolated();
    waited += finish_ms(last) >= kOthersMs;
  }
  EXPECT_LT(waited, kStatements / 2);
  b->replicator->RecordOutcome(last, "");
  ASSERT_TRUE(a->replicator->CausalWait(kLongNs).ok());  // has read it
  EXPECT_GE(finish_ms(a->BeginIsolated()), kOthersMs);
}

TEST_F(ReplicatorOutcomeTest, NobodyAwaitsTheWordOfAnOriginThatIsGone) {
  auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  const NodeId origin = a->replicator->self();
  a.reset();
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  EXPECT_EQ(b->replicator->AwaitOutcome(seqno, origin, kLongNs), std::nullopt);
}

TEST_F(ReplicatorOutcomeTest, AnOutcomeReadAheadIsKeptUntilItsStatementIsFinished) {
  constexpr int kStatements = 5000;  // more than are kept of finished ones
  const auto a = Start("a");
  const auto b = Start("b", {.appliers = 0});
  Seqno first;
  for (int i = 0; i < kStatements; ++i) {
    const Seqno seqno = a->RunIsolated();
    if (i == 0) first = seqno;
    a->replicator->RecordOutcome(seqno, "1050");
  }
  a->Leave();
  EXPECT_EQ(b->replicator->CausalWait(1).status().code(), Code::kTimeout);  // has read it all
  EXPECT_EQ(b->replicator->AwaitOutcome(first, a->replicator->self(), kLongNs), "1050");
  b->AddApplier();
}

TEST_F(ReplicatorOutcomeTest, SuccessIsNotHeldUp) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  EXPECT_TRUE(b->replicator->JudgeOutcome(seqno, "").ok());
  a->replicator->RecordOutcome(seqno, "");
  EXPECT_TRUE(b->replicator->CausalWait(kLongNs).ok());
}

TEST_F(ReplicatorOutcomeTest, FailureThatIsNotTheOriginsIsInternal) {
  const auto a = Start("a");
  const auto b = Start("b");
  b->events.survives_divergence = true;  // both who judges and who reads the log may find it first
  const Seqno seqno = a->RunIsolated();
  a->replicator->RecordOutcome(seqno, "");
  EXPECT_EQ(b->replicator->JudgeOutcome(seqno, "1146").code(), Code::kInternal);
}

TEST_F(ReplicatorOutcomeTest, WithTheOriginGoneTheOthersDecide) {
  const auto a = Start("a");
  const auto b = Start("b");
  const auto c = Start("c");
  const Seqno seqno = a->RunIsolated();
  a->Leave();
  auto judged =
      std::async(std::launch::async, [&] { return b->replicator->JudgeOutcome(seqno, "1050"); });
  EXPECT_TRUE(c->replicator->JudgeOutcome(seqno, "1050").ok());
  EXPECT_TRUE(judged.get().ok());
}

// A statement that was killed at its origin must not take the others down.
TEST_F(ReplicatorOutcomeTest, TheOriginIsOutvotedByThoseWhoSawAnotherError) {
  const auto a = Start("a");
  const auto b = Start("b");
  const auto c = Start("c");
  const Seqno seqno = b->RunIsolated();
  auto judged =
      std::async(std::launch::async, [&] { return a->replicator->JudgeOutcome(seqno, "1050"); });
  EXPECT_TRUE(c->replicator->JudgeOutcome(seqno, "1050").ok());
  EXPECT_TRUE(judged.get().ok());
}

TEST_F(ReplicatorOutcomeTest, ANodeThatClosesDoesNotWaitForTheOrigin) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  auto judged =
      std::async(std::launch::async, [&] { return b->replicator->JudgeOutcome(seqno, "1050"); });
  b->Leave();
  EXPECT_EQ(judged.get().code(), Code::kAborted);
}

using ReplicatorStopDeathTest = ReplicatorOutcomeTest;

TEST_F(ReplicatorStopDeathTest, TheOriginStopsWhenItAloneFailed) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        const auto b = Start("b");
        const Seqno seqno = a->RunIsolated();
        CHECK_OK(b->replicator->JudgeOutcome(seqno, ""));
        a->replicator->RecordOutcome(seqno, "1317");
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kInternal)), "");
}

TEST_F(ReplicatorStopDeathTest, SuccessWhereMostOthersFailedStopsTheNode) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        const auto b = Start("b");
        const auto c = Start("c");
        const Seqno seqno = a->RunIsolated();
        CHECK_OK(b->replicator->JudgeOutcome(seqno, ""));
        a->replicator->RecordOutcome(seqno, "1050");
        CHECK_OK(c->replicator->JudgeOutcome(seqno, "1050"));
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kInternal)), "");
}

TEST_F(ReplicatorStopDeathTest, ANodeThatReadsItsRefusalOnlyLaterStopsThen) {
  EXPECT_EXIT(
      {
        const auto a = Start("a", {.slot = Slot{2}});
        for (int i = 0; i < 100; ++i) {
          CHECK_OK(a->Commit("x").status);
        }
        const auto b = Start("b", {.slot = Slot{2}, .appliers = 1, .read_ahead_items_max = 20});
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kFenced)), "");
}

TEST_F(ReplicatorStopDeathTest, ExpelledNodeStops) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        Record expel = certification::ViewRecord(
            certification::Node(9), 1,
            certification::ExpelOf(a->replicator->self(),
                                   a->replicator->join_view().members[0].joined.value));
        CHECK(a->log->Append({&expel, 1}).outcome == storage::AppendOutcome::kOk);
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kFenced)), "");
}

TEST_F(ReplicatorStopDeathTest, DifferingDigestStopsTheNode) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        while (a->Commit("x").seqno.value < kDigestInterval) {
        }
        Record digest;
        digest.type = RecordType::kDigest;
        digest.source = a->replicator->self();
        const Bytes payload = EncodeDigest(Seqno{kDigestInterval}, 1);
        digest.payload = payload;
        CHECK(a->log->Append({&digest, 1}).outcome == storage::AppendOutcome::kOk);
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kInternal)), "");
}

TEST_F(ReplicatorStopDeathTest, FailureToApplyStopsTheNode) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        const auto b = Start("b");
        b->events.on_apply = [](ApplyItem&) { return Status(Code::kInternal, "no such row"); };
        CHECK_OK(a->Commit("x").status);
        while (true) std::this_thread::yield();
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kInternal)), "");
}

}  // namespace
}  // namespace borealis::replication
