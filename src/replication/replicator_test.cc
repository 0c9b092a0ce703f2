// Whole Replicators over one volume in memory: order, pauses, causal reads, departure, expulsion.
#include "replication/replicator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>
#include <random>

#include "base/codec.h"
#include "base/log.h"
#include "certification/test_records.h"
#include "replication/test_node.h"

namespace borealis::replication {
namespace {

using certification::Verdict;
using storage::MemoryVolume;

constexpr int64_t kLongNs = 30'000'000'000;  // no machine that works takes that long
const Key kRow = {1, KeyType::kExclusive};

class ReplicatorTest : public ::testing::Test {
 protected:
  ReplicatorTest() {
    SetLogLevel(LogLevel::kError);
    TestNode::CreateVolume(*volume_);
  }
  std::unique_ptr<TestNode> Start(const std::string& name, const TestNode::Options& options = {}) {
    return TestNode::StartOrDie(*volume_, name, options);
  }
  // Appends a record as a process that no Replicator watches over.
  void AppendAs(Record record) {
    const auto backend = volume_->Attach();
    auto log = log::Log::Open(*backend, {}, SystemClock());
    CHECK_OK(log);
    const auto report = (*log)->Append({&record, 1});
    CHECK(report.outcome == storage::AppendOutcome::kOk, "{}", report.status.ToString());
  }
  uint64_t HeartbeatOf(TestNode& node) {
    const auto hints =
        node.backend->ListHints(kHeartbeatPrefix + node.replicator->self().uuid.ToString());
    CHECK_OK(hints);
    return hints->empty() ? 0 : Decoder(hints->front().value).Int<uint64_t>();
  }

  const std::shared_ptr<MemoryVolume> volume_ = MemoryVolume::Create({});
};

// Writers on every node over few rows; afterwards every node has the same history.
void CompeteAndCompare(std::vector<TestNode*> nodes) {
  constexpr int kClients = 3;
  constexpr int kEach = 40;
  std::atomic<int> committed{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (size_t n = 0; n < nodes.size(); ++n) {
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&, n, c] {
        std::mt19937_64 random(n * 100 + static_cast<uint64_t>(c));
        for (int i = 0; i < kEach; ++i) {
          const auto result = nodes[n]->Commit(fmt::format("{}.{}.{}", n, c, i),
                                               {{1 + random() % 5, KeyType::kExclusive}});
          EXPECT_TRUE(result.status.ok()) << result.status.ToString();
          ++(result.outcome.verdict == Verdict::kCommit ? committed : failed);
        }
      });
    }
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(committed + failed, static_cast<int>(nodes.size()) * kClients * kEach);
  EXPECT_GT(committed, 0);
  for (TestNode* node : nodes) EXPECT_TRUE(node->replicator->CausalWait(kLongNs).ok());
  // Where a node began is its own affair: compared is what all of them saw.
  for (TestNode* node : nodes) EXPECT_EQ(node->HistoryNow(), nodes[0]->HistoryNow());
}

TEST_F(ReplicatorTest, TwoNodesApplyTheSameOrder) {
  const auto a = Start("a");
  const auto b = Start("b");
  CompeteAndCompare({a.get(), b.get()});
}

TEST_F(ReplicatorTest, ThreeNodesWithOneApplierEachApplyTheSameOrder) {
  const auto a = Start("a", {.appliers = 1});
  const auto b = Start("b", {.appliers = 1});
  const auto c = Start("c", {.appliers = 1});
  CompeteAndCompare({a.get(), b.get(), c.get()});
}

TEST_F(ReplicatorTest, ANodeThatComesLaterAppliesWhatItMissed) {
  const auto a = Start("a");
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(a->Commit(fmt::format("{}", i)).status.ok());
  const auto b = Start("b");
  EXPECT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  EXPECT_EQ(b->HistoryNow(), a->HistoryNow());
  EXPECT_EQ(b->replicator->start_view().members.size(), 0u);
  EXPECT_EQ(b->replicator->join_view().members.size(), 2u);
  b->events.WaitForMembers(2);
}

// Notes how far its process had read the log when it appended for the first time.
class ReadBeforeAppend : public storage::MemoryBackend {
 public:
  using MemoryBackend::MemoryBackend;
  Result<Bytes> Read(const storage::SegmentRef& segment, uint64_t offset, size_t length) override {
    auto bytes = MemoryBackend::Read(segment, offset, length);
    MutexLock lock(mutex_);
    if (bytes.ok() && !appended_at_) read_end_ = std::max(read_end_, offset + bytes->size());
    return bytes;
  }
  storage::AppendResult Append(const storage::SegmentRef& segment,
                               const storage::BatchEncoder& encode) override {
    auto result = MemoryBackend::Append(segment, encode);
    MutexLock lock(mutex_);
    if (!appended_at_) appended_at_ = result.offset;
    return result;
  }
  uint64_t read_end() {
    MutexLock lock(mutex_);
    return read_end_;
  }
  uint64_t appended_at() {
    MutexLock lock(mutex_);
    return appended_at_.value();
  }

 private:
  Mutex mutex_;
  uint64_t read_end_ GUARDED_BY(mutex_) = 0;  // before the first append
  std::optional<uint64_t> appended_at_ GUARDED_BY(mutex_);
};

// The lease runs from the join: a node with much to catch up would be expelled before it beats.
TEST_F(ReplicatorTest, ANodeHasReadTheLogWhenItJoins) {
  const auto a = Start("a");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(a->Commit(std::string(100, 'x')).status.ok());
  a->Leave();  // nobody appends meanwhile
  const auto process = volume_->TryAdmitProcess();
  CHECK_OK(process);
  ReadBeforeAppend backend(volume_, *process);
  const auto log = log::Log::Open(backend, {}, SystemClock());
  CHECK_OK(log);
  TestEvents events;
  ReplicatorConfig config;
  config.name = "b";
  config.endpoint = "127.0.0.1:3306";
  config.start = Seqno::Zero();
  const auto b = Replicator::Start(backend, **log, config, events, SystemClock());
  CHECK_OK(b);
  EXPECT_EQ(backend.read_end(), backend.appended_at());
  (*b)->Close();
}

TEST_F(ReplicatorTest, SameRowOnTwoNodesAtOnceCommitsOnce) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seen = a->replicator->CausalWait(kLongNs).value();
  for (TestNode* node : {a.get(), b.get()}) {
    Record record;
    record.keys = {kRow};
    record.last_seen = seen;
    const auto result = node->Finish(record, "x");
    EXPECT_EQ(result.outcome.verdict, node == a.get() ? Verdict::kCommit : Verdict::kConflict);
  }
}

TEST_F(ReplicatorTest, LargePayloadsComeThroughInChunks) {
  TestNode::Options options;
  options.log.chunk_bytes = 1024;
  const auto a = Start("a", options);
  const auto b = Start("b", options);
  const std::string payload(100'000, 'x');
  ASSERT_TRUE(a->Commit(payload).status.ok());
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  EXPECT_EQ(b->HistoryNow().rbegin()->second, payload);
}

TEST_F(ReplicatorTest, PausedNodeStandsStillAndCatchesUp) {
  const auto a = Start("a");
  const auto b = Start("b");
  ASSERT_TRUE(a->Commit("before").status.ok());
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  const Seqno at = b->replicator->Pause();
  const SubmitResult during = a->Commit("during");
  ASSERT_TRUE(during.status.ok());
  EXPECT_EQ(b->replicator->WaitFor(during.seqno, 20'000'000).code(), Code::kTimeout);
  EXPECT_EQ(b->replicator->last_finished(), at);
  b->replicator->Resume();
  EXPECT_TRUE(b->replicator->WaitFor(during.seqno, kLongNs).ok());
}

TEST_F(ReplicatorTest, CommitDuringAPauseGetsItsVerdictAfterwards) {
  const auto a = Start("a");
  a->replicator->Pause();
  auto commit = std::async(std::launch::async, [&] { return a->Commit("x"); });
  EXPECT_EQ(commit.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  a->replicator->Resume();
  EXPECT_EQ(commit.get().outcome.verdict, Verdict::kCommit);
}

// An applier that wants a lock of a local transaction gets it when that one has its verdict.
TEST_F(ReplicatorTest, APauseDoesNotWithholdTheVerdictThatAnApplierWaitsFor) {
  const auto a = Start("a");
  const auto b = Start("b");
  std::promise<void> applying;
  std::promise<void> verdict;
  a->events.on_apply = [&](ApplyItem&) {
    applying.set_value();
    verdict.get_future().wait();
    return Status::Ok();
  };
  ASSERT_TRUE(b->Commit("remote").status.ok());
  applying.get_future().wait();
  auto paused = std::async(std::launch::async, [&] { return a->replicator->Pause(); });
  EXPECT_EQ(paused.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  Record record;
  record.last_seen = a->replicator->last_left();
  const SubmitResult local = a->replicator->Replicate(record);
  EXPECT_EQ(local.outcome.verdict, Verdict::kCommit);
  verdict.set_value();
  EXPECT_EQ(paused.get(), local.seqno.Previous());
  auto entered = std::async(std::launch::async,
                            [&] { return a->replicator->EnterOrder(local.seqno, nullptr); });
  EXPECT_EQ(entered.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout)
      << "it is after the pause in the order";
  a->replicator->Resume();
  EXPECT_EQ(entered.get(), Pipeline::Turn::kEntered);
  a->replicator->LeaveOrder(local.seqno);
  a->replicator->Finish(local.seqno);
}

// Its verdict on a silent member has to wait, its own heartbeat has not.
TEST_F(ReplicatorTest, PausedNodeKeepsItsHeartbeat) {
  const auto a = Start("a", {.tick_ms = 1, .lease_ticks = 3});
  a->replicator->Pause();
  AppendAs(certification::JoinRecord(certification::Node(9)));
  const uint64_t from = HeartbeatOf(*a);
  while (HeartbeatOf(*a) < from + 20) std::this_thread::yield();
  a->replicator->Resume();
  a->events.WaitForMembers(2);
  a->events.WaitForMembers(1);  // and the silent one is expelled after all
}

TEST_F(ReplicatorTest, CausalWaitSeesWhatWasCommittedElsewhereBefore) {
  const auto a = Start("a");
  const auto b = Start("b");
  for (int i = 0; i < 50; ++i) {
    const SubmitResult committed = a->Commit(fmt::format("{}", i));
    const auto seen = b->replicator->CausalWait(kLongNs);
    ASSERT_TRUE(seen.ok());
    EXPECT_GE(*seen, committed.seqno);
    EXPECT_TRUE(b->HistoryNow().contains(committed.seqno));
  }
}

TEST_F(ReplicatorTest, CausalWaitOnAPausedNodeTimesOut) {
  const auto a = Start("a");
  const auto b = Start("b");
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  b->replicator->Pause();
  ASSERT_TRUE(a->Commit("x").status.ok());
  EXPECT_EQ(b->replicator->CausalWait(10'000'000).status().code(), Code::kTimeout);
  b->replicator->Resume();
}

// A backup holds the node still for long; its sessions that want fresh reads must go on meanwhile.
TEST_F(ReplicatorTest, RecordsWithoutASeqnoDoNotHoldUpACausalWaitOnAPausedNode) {
  const auto a = Start("a");
  const auto b = Start("b");
  const SubmitResult last = a->Commit("x");
  ASSERT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  b->replicator->Pause();
  Record digest;
  digest.type = RecordType::kDigest;
  digest.source = a->replicator->self();
  const Bytes payload = EncodeDigest(Seqno{kDigestInterval}, 1);
  digest.payload = payload;
  ASSERT_EQ(a->log->Append({&digest, 1}).outcome, storage::AppendOutcome::kOk);
  EXPECT_GE(b->replicator->CausalWait(kLongNs).value(), last.seqno);
  b->replicator->Resume();
}

TEST_F(ReplicatorTest, CausalWaitThatWaitedForAPauseSeesWhatWasCommittedDuringIt) {
  const auto a = Start("a");
  const auto b = Start("b");
  for (int i = 0; i < 20; ++i) {
    b->replicator->Pause();
    const SubmitResult committed = a->Commit(fmt::format("{}", i));
    auto seen = std::async(std::launch::async, [&] { return b->replicator->CausalWait(kLongNs); });
    EXPECT_EQ(seen.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout);
    b->replicator->Resume();
    EXPECT_GE(seen.get().value(), committed.seqno);
  }
}

TEST_F(ReplicatorTest, DepartureIsSeenByTheOthersAndEndsTheAppliers) {
  const auto a = Start("a");
  const auto b = Start("b");
  a->events.WaitForMembers(2);
  b->Leave();
  a->events.WaitForMembers(1);
  EXPECT_EQ(HeartbeatOf(*b), 0u);
  EXPECT_EQ(b->Commit("late").status.code(), Code::kAborted);
  EXPECT_TRUE(a->Commit("on").status.ok());
  MutexLock lock(b->events.mutex);
  EXPECT_EQ(b->events.closed, 1);
}

TEST_F(ReplicatorTest, EveryCommitDuringADepartureGetsAnAnswer) {
  for (int round = 0; round < 10; ++round) {
    auto a = Start("a", {.start = Seqno::Zero()});
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
      clients.emplace_back([&] {
        while (!stop && a->Commit("x").status.ok()) {
        }
      });
    }
    while (a->replicator->last_finished().value < round) std::this_thread::yield();
    a->Leave();
    stop = true;
    for (std::thread& client : clients) client.join();
  }
}

TEST_F(ReplicatorTest, DepartureEndsAPause) {
  const auto a = Start("a");
  a->replicator->Pause();
  auto commit = std::async(std::launch::async, [&] { return a->Commit("x"); });
  a->Leave();
  const SubmitResult result = commit.get();
  EXPECT_TRUE(result.status.ok() || result.status.code() == Code::kAborted);
  a->replicator->Resume();  // the backup that paused it comes back: too late, and harmless
}

TEST_F(ReplicatorTest, SilentMemberIsExpelledAndNothingOfItSurfaces) {
  const NodeId ghost = certification::Node(9);
  AppendAs(certification::JoinRecord(ghost));
  const auto a = Start("a", {.tick_ms = 1, .lease_ticks = 5});
  a->events.WaitForMembers(1);
  AppendAs(certification::WriteSet(ghost, 2, 0, {kRow}));
  const SubmitResult after = a->Commit("after", {kRow});
  EXPECT_EQ(after.outcome.verdict, Verdict::kCommit);
  EXPECT_EQ(a->HistoryNow().size(), 1u);
}

TEST_F(ReplicatorTest, NewStartOfANodeReplacesTheFormerOne) {
  AppendAs(certification::ViewRecord(certification::Node(9), 1,
                                     certification::JoinAs(certification::Node(9), "a", 4)));
  const auto a = Start("a", {.slot = Slot{4}});
  EXPECT_EQ(a->replicator->join_view().members.size(), 1u);
  EXPECT_EQ(a->replicator->slot(), Slot{4});
}

TEST_F(ReplicatorTest, SlotOfALiveMemberIsRefused) {
  const auto a = Start("a", {.slot = Slot{2}});
  EXPECT_EQ(TestNode::Start(*volume_, "b", {.slot = Slot{2}}).status().code(),
            Code::kInvalidArgument);
}

TEST_F(ReplicatorTest, DataThatIsAheadOfTheLogIsRefused) {
  EXPECT_EQ(TestNode::Start(*volume_, "a", {.start = Seqno{5}}).status().code(),
            Code::kInvalidArgument);
}

TEST_F(ReplicatorTest, AfterAFullCrashTheFormerIncarnationsAreExpelled) {
  AppendAs(certification::JoinRecord(certification::Node(7)));
  AppendAs(certification::JoinRecord(certification::Node(8)));
  volume_->CrashAll();
  const auto a = Start("a", {.start = Seqno{1}});
  EXPECT_EQ(a->replicator->start_view().members.size(), 1u);
  EXPECT_EQ(a->replicator->join_view().members.size(), 1u);
  EXPECT_EQ(a->replicator->join_view().members[0].id, a->replicator->self());
}

TEST_F(ReplicatorTest, LocalClientsWaitWhileTheAppliersAreBehind) {
  const auto a = Start("a");
  const auto b = Start("b", {.appliers = 0, .backlog_items_max = 2});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  ASSERT_EQ(b->replicator->CausalWait(1).status().code(), Code::kTimeout);  // has read them
  std::atomic<bool> aborted{false};
  auto victim = std::async(std::launch::async, [&] { return b->replicator->WaitForRoom(aborted); });
  std::atomic<bool> never{false};
  auto waits = std::async(std::launch::async, [&] { return b->replicator->WaitForRoom(never); });
  EXPECT_EQ(waits.wait_for(std::chrono::milliseconds(5)), std::future_status::timeout);
  aborted = true;
  b->replicator->WakeRoom();
  EXPECT_EQ(victim.get().code(), Code::kAborted);
  b->AddApplier();
  EXPECT_TRUE(waits.get().ok());
}

constexpr TestNode::Options kSmallAhead = {
    .appliers = 0, .backlog_items_max = 8, .read_ahead_items_max = 20};

TEST_F(ReplicatorTest, ANodeReadsNoFurtherAheadThanItsBoundAndLeavesServiceMeanwhile) {
  const auto a = Start("a");
  const auto b = Start("b", kSmallAhead);
  b->replicator->AnnounceSynced();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  b->events.WaitForBehind(1);
  EXPECT_TRUE(b->replicator->behind()) << "and no applier was needed to say so";
  EXPECT_LE(b->replicator->pipeline().queued_items, 20u);
  const std::atomic<bool> never{false};
  EXPECT_EQ(b->replicator->WaitForRoom(never).code(), Code::kUnavailable);
  EXPECT_EQ(b->replicator->CausalWait(1).status().code(), Code::kTimeout);

  b->AddApplier();
  EXPECT_TRUE(b->replicator->CausalWait(kLongNs).ok());
  while (b->replicator->behind()) std::this_thread::yield();
  EXPECT_LE(b->replicator->pipeline().queued_items_max, 20u);
  EXPECT_TRUE(b->replicator->WaitForRoom(never).ok());
  EXPECT_EQ(b->HistoryNow().size(), 100u);
  MutexLock lock(b->events.mutex);
  while (b->events.synced == 0) b->events.changed.Wait(b->events.mutex);
  EXPECT_EQ(b->events.behind, 1);
}

TEST_F(ReplicatorTest, AServerThatCannotBeToldThatItIsBehindIsToldLater) {
  const auto a = Start("a");
  const auto b = Start("b", kSmallAhead);
  b->events.can_be_told = false;
  b->replicator->AnnounceSynced();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  b->events.WaitForBehind(3);
  b->events.can_be_told = true;
  b->AddApplier();
  while (b->replicator->behind()) std::this_thread::yield();
}

TEST_F(ReplicatorTest, ANodeFarBehindLeavesWithoutReadingAllOfTheLog) {
  const auto a = Start("a");
  const auto b = Start("b", kSmallAhead);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  while (!b->replicator->unread()) std::this_thread::yield();
  b->Leave();
  EXPECT_LE(b->replicator->pipeline().queued_items_max, 20u);
  a->events.WaitForMembers(1);
}

TEST_F(ReplicatorTest, ANodeThatStartsFarBehindJoinsWhenItHasReadTheLog) {
  const auto a = Start("a");
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  const auto b = Start("b", kSmallAhead);
  EXPECT_EQ(b->replicator->slot(), Slot{}) << "its join is not read yet";
  EXPECT_NE(b->replicator->join_view().Find(b->replicator->self()), nullptr);
  EXPECT_LE(b->replicator->pipeline().queued_items, 20u);
  b->AddApplier();
  b->events.WaitForMembers(2);
  EXPECT_NE(b->replicator->slot(), Slot{});
  EXPECT_EQ(b->HistoryNow().size(), 100u);
}

TEST_F(ReplicatorTest, AVerdictIsReadHoweverFarBehindTheAppliersAre) {
  // Its submitter may hold what the appliers wait for.
  const auto a = Start("a");
  const auto b = Start("b", kSmallAhead);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(a->Commit("x").status.ok());
  Record record;
  record.type = RecordType::kWriteSet;
  record.last_seen = b->replicator->last_left();
  const SubmitResult result = b->replicator->Replicate(record);
  EXPECT_TRUE(result.status.ok());
  b->AddApplier();
  b->replicator->EnterOrder(result.seqno, nullptr);
  b->replicator->LeaveOrder(result.seqno);
  b->replicator->Finish(result.seqno);
}

TEST_F(ReplicatorTest, SyncedIsAnnouncedByAnApplier) {
  const auto a = Start("a");
  a->replicator->AnnounceSynced();
  MutexLock lock(a->events.mutex);
  while (a->events.synced == 0) a->events.changed.Wait(a->events.mutex);
}

}  // namespace
}  // namespace borealis::replication
