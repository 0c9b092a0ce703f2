// Replicas: they stop at one seqno exactly, leave no trace in the cluster, and wait for what the
// cluster says of statements.
#include <gtest/gtest.h>

#include <future>

#include "base/log.h"
#include "certification/test_records.h"
#include "replication/test_node.h"
#include "snapshot/testing.h"

namespace borealis::replication {
namespace {

using certification::Certifier;
using snapshot::CheckpointStore;
using snapshot::TempDirectory;
using storage::MemoryVolume;

const Uuid kVolume = Uuid::FromRandom(1, 2);

class ReplicatorReplicaTest : public ::testing::Test {
 protected:
  ReplicatorReplicaTest() {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    SetLogLevel(LogLevel::kError);
    TestNode::CreateVolume(*volume_);
  }
  std::unique_ptr<TestNode> Start(const std::string& name, const TestNode::Options& options = {}) {
    return TestNode::StartOrDie(*volume_, name, options);
  }
  std::unique_ptr<TestNode> Replica(Seqno until, Seqno start = Seqno::Zero()) {
    TestNode::Options options;
    options.start = start;
    options.checkpoints = &store_;
    options.replica_until = until;
    return Start("r", options);
  }
  bool Stands(Seqno until) { return store_.Get(until).ok(); }
  // It says so in a file only. Bounded by the time-out of the test.
  void WaitUntilItStands(Seqno until) {
    while (!Stands(until)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  const std::shared_ptr<MemoryVolume> volume_ = MemoryVolume::Create({});
  const TempDirectory directory_;
  CheckpointStore store_{directory_.path(), kVolume, nullptr};
};

TEST_F(ReplicatorReplicaTest, StopsAtTheSeqnoExactlyWithItsState) {
  const auto node = Start("a");
  for (int i = 0; i < 100; ++i) CHECK_OK(node->Commit("x", {{1, KeyType::kUpdate}}).status);
  const Seqno until{50};
  const auto replica = Replica(until);
  WaitUntilItStands(until);
  EXPECT_EQ(replica->replicator->last_finished(), until);
  const History all = node->HistoryNow();
  History first(all.begin(), all.upper_bound(until));
  EXPECT_EQ(replica->HistoryNow(), first);
  const auto state = Certifier::Load(store_.Get(until)->certifier);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->seqno(), until);
  // What follows is certified from it as on the node.
  replica->Leave();
  const Seqno end = node->replicator->last_finished();
  const auto next = Replica(end, until);
  WaitUntilItStands(end);
  EXPECT_EQ(next->HistoryNow().size() + first.size(), node->HistoryNow().size());
}

TEST_F(ReplicatorReplicaTest, LeavesNoTraceInTheCluster) {
  const auto node = Start("a");
  Seqno before;
  for (int i = 0; i < 10; ++i) before = node->Commit("x").seqno;
  CHECK_OK(node->replicator->WaitFor(before, 30'000'000'000));  // an applier has the join
  const auto replica = Replica(before);
  WaitUntilItStands(before);
  EXPECT_FALSE(replica->Commit("no").status.ok());
  replica->Leave();
  EXPECT_EQ(node->Commit("y").seqno, before.Next());
  EXPECT_EQ(node->replicator->view().members.size(), 1u);
  EXPECT_EQ(node->backend->ListHints(kHeartbeatPrefix)->size(), 1u);
}

TEST_F(ReplicatorReplicaTest, WaitsForTheOriginsWord) {
  const auto a = Start("a");
  const auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  CHECK_OK(b->replicator->JudgeOutcome(seqno, ""));
  const auto replica = Replica(seqno);
  CHECK_OK(replica->replicator->WaitFor(seqno, 30'000'000'000));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // many looks of the replica
  EXPECT_FALSE(Stands(seqno));
  a->replicator->RecordOutcome(seqno, "");
  WaitUntilItStands(seqno);
}

TEST_F(ReplicatorReplicaTest, HearsTheOriginsWordBeforeAStatementIsRun) {
  const auto a = Start("a");
  for (int i = 0; i < 10; ++i) CHECK_OK(a->Commit("x").status);
  const Seqno seqno = a->RunIsolated();
  a->replicator->RecordOutcome(seqno, "1846");
  const NodeId origin = a->replicator->self();
  const auto replica = Replica(seqno);
  EXPECT_EQ(replica->replicator->AwaitOutcome(seqno, origin, 30'000'000'000), "1846");
  EXPECT_EQ(replica->replicator->AwaitOutcome(seqno.Previous(), origin, 1), std::nullopt);
  CHECK_OK(replica->replicator->JudgeOutcome(seqno, "1846"));
  WaitUntilItStands(seqno);
}

TEST_F(ReplicatorReplicaTest, WaitsUntilEveryMemberHasPassedTheStatement) {
  const auto a = Start("a");
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  const auto b = Start("b");
  b->events.on_apply = [&](ApplyItem& item) {
    if (item.record.type == RecordType::kIsolated) gone.wait();
    return Status::Ok();
  };
  const Seqno seqno = a->RunIsolated();
  a->replicator->RecordOutcome(seqno, "");
  const auto replica = Replica(seqno);
  CHECK_OK(replica->replicator->WaitFor(seqno, 30'000'000'000));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // longer than positions take
  EXPECT_FALSE(Stands(seqno));
  go.set_value();
  WaitUntilItStands(seqno);
}

TEST_F(ReplicatorReplicaTest, WhereNobodyIsAttachedNoMemberIsWaitedFor) {
  auto a = Start("a");
  auto b = Start("b");
  const Seqno seqno = a->RunIsolated();
  a->backend->Crash();
  b->backend->Crash();
  a.reset();
  b.reset();
  const auto replica = Replica(seqno);
  EXPECT_TRUE(replica->log->recovered());
  CHECK_OK(replica->replicator->JudgeOutcome(seqno, ""));
  WaitUntilItStands(seqno);
}

using ReplicatorReplicaDeathTest = ReplicatorReplicaTest;

TEST_F(ReplicatorReplicaDeathTest, AnotherOutcomeThanTheClustersStopsIt) {
  EXPECT_EXIT(
      {
        const auto a = Start("a");
        const Seqno seqno = a->RunIsolated();
        a->replicator->RecordOutcome(seqno, "");
        const auto replica = Replica(seqno);
        const Status judged = replica->replicator->JudgeOutcome(seqno, "1050");
        _exit(StopExitCode(judged.code()));
      },
      ::testing::ExitedWithCode(StopExitCode(Code::kInternal)), "");
}

}  // namespace
}  // namespace borealis::replication
