#include "node/agent_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace borealis::node {
namespace {

using snapshot::CacheCondition;
using snapshot::CacheState;
using ::testing::HasSubstr;

const Uuid kVolume = Uuid::FromRandom(1, 2);
const ProcessEnd kKilled{true, 0, SIGKILL};
const ProcessEnd kAborted{true, 0, SIGABRT};
const ProcessEnd kClean{true, 0, 0};

CacheFacts NoCache() { return {}; }
CacheFacts Cache(CacheCondition condition = CacheCondition::kSafe, int64_t at = -1) {
  CacheState state;
  state.volume = kVolume;
  state.node = "node1";
  state.condition = condition;
  state.at = {at};
  state.restored = {0};
  return {true, state};
}
Recovered At(int64_t seqno, int64_t newest = 1000) {
  return {Status::Ok(), {kVolume, {seqno}}, {{0}, {newest}, 0, {}}, false};
}
ServerEnded Ended(ProcessEnd end, CacheFacts cache = Cache(), int64_t ran_ms = 1000) {
  return {end, ran_ms, std::move(cache), ""};
}

template <typename T>
const T* Find(const std::vector<Action>& actions) {
  for (const Action& action : actions) {
    if (const T* found = std::get_if<T>(&action)) return found;
  }
  return nullptr;
}

class AgentMachineTest : public ::testing::Test {
 protected:
  // The actions but notes.
  std::vector<Action> Do(const Event& event) {
    std::vector<Action> actions = machine_.Handle(event);
    std::erase_if(actions, [](const Action& a) { return std::holds_alternative<Note>(a); });
    return actions;
  }
  // Brings a fresh machine to ready at `seqno`.
  void BecomeReady(int64_t seqno = 10) {
    Do(Begin{Cache()});
    Do(At(seqno));
    Do(ServerStarted{});
    Do(Probed{true, {seqno}});
    ASSERT_EQ(machine_.state(), NodeState::kReady);
  }
  void ExpectOnly(const std::vector<Action>& actions, const Action& wanted) {
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(actions[0], wanted);
  }

  AgentMachine machine_{{kVolume, "node1", "/d/node1/data"}, {}};
};

TEST_F(AgentMachineTest, AFirstStartRestoresAndStartsFromTheSnapshot) {
  ExpectOnly(Do(Begin{NoCache()}), RestoreCache{});
  EXPECT_EQ(machine_.state(), NodeState::kRestoring);
  ExpectOnly(Do(Restored{Status::Ok(), {0}}), StartServer{{0}});
  EXPECT_EQ(machine_.state(), NodeState::kReplaying);
  EXPECT_TRUE(Do(ServerStarted{}).empty());
  EXPECT_TRUE(Do(Probed{false, {5}}).empty());
  EXPECT_EQ(machine_.state(), NodeState::kReplaying);
  EXPECT_EQ(machine_.seqno(), Seqno{5});
  Do(Probed{true, {7}});
  EXPECT_EQ(machine_.state(), NodeState::kReady);
  EXPECT_EQ(machine_.restarts(), 0U);
}

TEST_F(AgentMachineTest, AUsedCacheIsRecoveredFirst) {
  ExpectOnly(Do(Begin{Cache()}), RecoverEngines{});
  EXPECT_EQ(machine_.state(), NodeState::kRecovering);
  ExpectOnly(Do(At(42)), StartServer{{42}});
}

TEST_F(AgentMachineTest, ARunningServerIsTakenOver) {
  EXPECT_TRUE(Do(Begin{Cache(), true}).empty());
  Do(Probed{true, {9}});
  EXPECT_EQ(machine_.state(), NodeState::kReady);
  ExpectOnly(Do(Ended({false, 0, 0})), RecoverEngines{});
}

TEST_F(AgentMachineTest, ACrashIsFollowedByARestartAtOnce) {
  BecomeReady();
  ExpectOnly(Do(Ended(kKilled)), RecoverEngines{});
  EXPECT_EQ(machine_.restarts(), 1U);
  ExpectOnly(Do(At(12)), StartServer{{12}});
  Do(Probed{true, {12}});
  EXPECT_EQ(machine_.state(), NodeState::kReady);
}

TEST_F(AgentMachineTest, AServerThatEndsCleanlyUnaskedIsRestartedToo) {
  BecomeReady();
  ExpectOnly(Do(Ended(kClean)), RecoverEngines{});
}

TEST_F(AgentMachineTest, QuickEndsAreDelayedMoreAndMoreUpToABound) {
  BecomeReady();
  std::vector<int> delays;
  for (int i = 0; i < 12; ++i) {
    const auto actions = Do(Ended(kKilled));
    if (const auto* later = Find<RetryLater>(actions)) {
      EXPECT_EQ(machine_.state(), NodeState::kWaiting);
      delays.push_back(later->delay_ms);
      ExpectOnly(Do(RetryDue{Cache()}), RecoverEngines{});
    } else {
      delays.push_back(0);
    }
    Do(At(10));
    Do(Probed{true, {10}});
  }
  EXPECT_EQ(delays, (std::vector<int>{0, 0, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000, 10000,
                                      10000}));
  // One that lived long starts the count again.
  ExpectOnly(Do(Ended(kKilled, Cache(), kQuickEndMs)), RecoverEngines{});
}

TEST_F(AgentMachineTest, AServerThatServedIsStartedAtOnceHoweverOftenItCrashes) {
  BecomeReady();
  for (int i = 0; i < 12; ++i) {
    ExpectOnly(Do(Ended(kKilled, Cache(), kQuickEndOfReadyMs)), RecoverEngines{});
    Do(At(10));
    Do(Probed{true, {10}});
  }
}

TEST_F(AgentMachineTest, AServerThatNeverServedIsQuickForLonger) {
  BecomeReady();
  int delayed = 0;
  for (int i = 0; i < 6; ++i) {
    if (Find<RetryLater>(Do(Ended(kKilled, Cache(), kQuickEndMs - 1)))) {
      ++delayed;
      Do(RetryDue{Cache()});
    }
    Do(At(10));  // starts, and ends before it is ready
  }
  EXPECT_GT(delayed, 2);
}

TEST_F(AgentMachineTest, AnUnsafeCacheIsRebuilt) {
  BecomeReady();
  ExpectOnly(Do(Ended(kAborted, Cache(CacheCondition::kUnsafe, 11))), RestoreCache{});
  EXPECT_THAT(machine_.message(), HasSubstr("schema change at seqno 11"));
  ExpectOnly(Do(Restored{Status::Ok(), {0}}), StartServer{{0}});
  EXPECT_EQ(machine_.history(), (FailureHistory{{11}, 1}));
  Do(Probed{true, {12}});
  EXPECT_EQ(machine_.history(), FailureHistory{});
}

TEST_F(AgentMachineTest, FailingTwiceAtOneSeqnoHolds) {
  BecomeReady();
  CacheFacts bad = Cache(CacheCondition::kInconsistent, 11);
  bad.state->reason = "row not found";
  ExpectOnly(Do(Ended(kAborted, bad)), RestoreCache{});
  Do(Restored{Status::Ok(), {0}});
  EXPECT_TRUE(Do(Ended(kAborted, bad)).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("again at seqno 11"));
  EXPECT_THAT(machine_.message(), HasSubstr("row not found"));
  ExpectOnly(Do(StopRequested{}), Exit{0, ""});
}

TEST_F(AgentMachineTest, FailingAtNoKnownSeqnoIsNoEndlessLoopEither) {
  BecomeReady();
  const CacheFacts bad = Cache(CacheCondition::kInconsistent);
  ExpectOnly(Do(Ended(kKilled, bad)), RestoreCache{});
  Do(Restored{Status::Ok(), {0}});
  EXPECT_TRUE(Do(Ended(kKilled, bad)).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
}

TEST_F(AgentMachineTest, ADiscardedCacheIsNoFailureHoweverOften) {
  BecomeReady();
  for (int i = 0; i < 2 * kRebuildsMax; ++i) {
    const auto actions = Do(Ended(kKilled, Cache(CacheCondition::kDiscarded)));
    EXPECT_NE(Find<RestoreCache>(actions), nullptr);
    Do(Restored{Status::Ok(), {0}});
  }
  EXPECT_NE(machine_.state(), NodeState::kHeld);
}

TEST_F(AgentMachineTest, AHeldNodesMessageNamesTheWayOut) {
  BecomeReady();
  const CacheFacts bad = Cache(CacheCondition::kInconsistent, 11);
  Do(Ended(kKilled, bad));
  Do(Restored{Status::Ok(), {0}});
  Do(Ended(kKilled, bad));
  EXPECT_THAT(machine_.message(), HasSubstr("borealis volume skip"));
}

TEST_F(AgentMachineTest, TheHistoryOutlivesTheAgent) {
  AgentMachine next({kVolume, "node1", "/d"}, FailureHistory{{11}, 1});
  next.Handle(Begin{Cache(CacheCondition::kInconsistent, 11)});
  EXPECT_EQ(next.state(), NodeState::kHeld);
}

TEST_F(AgentMachineTest, AnOperatorsRebuildForgetsTheHistory) {
  AgentMachine next({kVolume, "node1", "/d"}, FailureHistory{{11}, 1});
  const auto actions = next.Handle(Begin{Cache(CacheCondition::kInconsistent, 11), false, true});
  EXPECT_NE(Find<RestoreCache>(actions), nullptr);
  EXPECT_EQ(next.history(), FailureHistory{});
}

TEST_F(AgentMachineTest, ARecordGivenUpSinceForgetsTheHistoryToo) {
  AgentMachine next({kVolume, "node1", "/d"}, FailureHistory{{11}, 1});
  const auto actions =
      next.Handle(Begin{Cache(CacheCondition::kInconsistent, 11), false, false, true});
  EXPECT_NE(Find<RestoreCache>(actions), nullptr);
  EXPECT_EQ(next.history(), FailureHistory{});
}

TEST_F(AgentMachineTest, FailuresAtDifferentSeqnosAreBoundedToo) {
  BecomeReady();
  for (int64_t n = 11; n < 11 + kRebuildsMax; ++n) {
    ExpectOnly(Do(Ended(kAborted, Cache(CacheCondition::kInconsistent, n))), RestoreCache{});
    Do(Restored{Status::Ok(), {0}});
  }
  EXPECT_TRUE(Do(Ended(kAborted, Cache(CacheCondition::kInconsistent, 20))).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
}

TEST_F(AgentMachineTest, KillsInsideASchemaChangeNeverHold) {
  BecomeReady();
  for (int i = 0; i < 10; ++i) {
    ExpectOnly(Do(Ended(kKilled, Cache(CacheCondition::kUnsafe, 11))), RestoreCache{});
    ExpectOnly(Do(Restored{Status::Ok(), {0}}), StartServer{{0}});
  }
  EXPECT_EQ(machine_.history(), FailureHistory{});
}

TEST_F(AgentMachineTest, AServerThatRefusesToStartIsHeldAndItsCacheKept) {
  Do(Begin{Cache()});
  for (int i = 1; i <= kEarlyEndsMax; ++i) {
    Do(At(10));
    ServerEnded refused = Ended({true, 1, 0});
    refused.last_error = "[ERROR] WSREP: Borealis: the volume is of a newer format";
    if (Find<RetryLater>(Do(refused))) Do(RetryDue{Cache()});
  }
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("newer format"));
  EXPECT_EQ(machine_.history(), FailureHistory{});
}

TEST_F(AgentMachineTest, AServerWhoseProviderRefusesIsHeldAndItsCacheKept) {
  Do(Begin{Cache()});
  ServerEnded refused = Ended(kAborted);
  refused.last_error = "[ERROR] WSREP: Borealis: unknown provider option 'colour'";
  for (int i = 1; i < kEarlyEndsMax; ++i) {
    ExpectOnly(Do(At(10)), StartServer{{10}});
    auto actions = Do(refused);
    if (Find<RetryLater>(actions)) actions = Do(RetryDue{Cache()});
    ExpectOnly(actions, RecoverEngines{});
  }
  ExpectOnly(Do(At(10)), StartServer{{10}});
  EXPECT_TRUE(Do(refused).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("colour"));
}

TEST_F(AgentMachineTest, AServerThatCrashesBeforeItIsReadyIsRebuiltOnceAndThenHeld) {
  Do(Begin{Cache()});
  const auto start = [&] { ExpectOnly(Do(At(10)), StartServer{{10}}); };
  const auto end = [&] {
    auto actions = Do(Ended(kAborted));
    if (Find<RetryLater>(actions)) actions = Do(RetryDue{Cache()});
    return actions;
  };
  for (int i = 1; i < kEarlyEndsMax; ++i) {
    start();
    ExpectOnly(end(), RecoverEngines{});
  }
  start();
  ExpectOnly(end(), RestoreCache{});
  Do(Restored{Status::Ok(), {0}});
  for (int i = 1; i < kEarlyEndsAfterRebuildMax; ++i) {
    ExpectOnly(end(), RecoverEngines{});
    Do(At(0));
  }
  EXPECT_TRUE(end().empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("signal 6"));
}

TEST_F(AgentMachineTest, ProgressBetweenEarlyEndsIsNoReasonToRebuild) {
  Do(Begin{Cache()});
  for (int64_t n = 10; n < 20; ++n) {
    Do(At(n));
    auto actions = Do(Ended({true, 1, 0}));
    if (Find<RetryLater>(actions)) actions = Do(RetryDue{Cache()});
    ExpectOnly(actions, RecoverEngines{});
  }
}

TEST_F(AgentMachineTest, EnginesThatCannotRecoverAreRebuilt) {
  Do(Begin{Cache()});
  const Recovered failed{Status(Code::kIo, "tablespace is corrupt"), {}, {}, true};
  for (int i = 1; i < kEarlyEndsMax; ++i) {
    EXPECT_NE(Find<RetryLater>(Do(failed)), nullptr);
    ExpectOnly(Do(RetryDue{Cache()}), RecoverEngines{});
  }
  ExpectOnly(Do(failed), RestoreCache{});
}

TEST_F(AgentMachineTest, ACorruptVolumeHoldsAndIsNotRetried) {
  Do(Begin{Cache()});
  EXPECT_TRUE(Do(Recovered{Status(Code::kCorruption, "segment 3 at 512"), {}, {}, false}).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("segment 3 at 512"));
}

TEST_F(AgentMachineTest, ARestoreIsRetriedWhenTheDeviceIsFullAndHeldWhenTheSnapshotIsDamaged) {
  Do(Begin{NoCache()});
  EXPECT_NE(Find<RetryLater>(Do(Restored{Status(Code::kNoSpace, "full"), {}})), nullptr);
  EXPECT_EQ(machine_.state(), NodeState::kWaiting);
  ExpectOnly(Do(RetryDue{NoCache()}), RestoreCache{});
  Do(Restored{Status(Code::kCorruption, "checksum of ibdata1"), {}});
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
}

TEST_F(AgentMachineTest, ARestoreThatFailedIsNoRebuild) {
  BecomeReady();
  const CacheFacts bad = Cache(CacheCondition::kInconsistent, 11);
  Do(Ended(kAborted, bad));
  Do(Restored{Status(Code::kNoSpace, "full"), {}});
  ExpectOnly(Do(RetryDue{bad}), RestoreCache{});  // still there: not held
}

TEST_F(AgentMachineTest, AForeignCacheAtTheStartEndsTheAgentWithItsMessage) {
  CacheFacts foreign = Cache();
  foreign.state->volume = Uuid::FromRandom(8, 9);
  const auto actions = Do(Begin{foreign});
  ASSERT_NE(Find<Exit>(actions), nullptr);
  EXPECT_EQ(Find<Exit>(actions)->code, 1);
  EXPECT_THAT(Find<Exit>(actions)->message, HasSubstr("--rebuild"));
}

TEST_F(AgentMachineTest, ACacheAheadOfTheLogAfterACrashHolds) {
  BecomeReady();
  Do(Ended(kKilled));
  EXPECT_TRUE(Do(At(1001, 1000)).empty());
  EXPECT_EQ(machine_.state(), NodeState::kHeld);
  EXPECT_THAT(machine_.message(), HasSubstr("the volume ends at 1000"));
}

TEST_F(AgentMachineTest, StopAsksTheServerAndExitsWhenItEnded) {
  BecomeReady();
  ExpectOnly(Do(StopRequested{}), AskServerToEnd{});
  EXPECT_EQ(machine_.state(), NodeState::kStopping);
  EXPECT_TRUE(Do(StopRequested{}).empty());
  ExpectOnly(Do(Ended(kClean)), Exit{0, ""});
  EXPECT_EQ(machine_.state(), NodeState::kStopped);
  EXPECT_EQ(machine_.restarts(), 0U);
}

// MariaDB 10.11 waits for ever in init_slave() when a SIGTERM comes before.
TEST_F(AgentMachineTest, AServerThatStartsIsAskedToEndWhenItAnswers) {
  Do(Begin{Cache()});
  Do(At(10));
  Do(ServerStarted{});
  EXPECT_TRUE(Do(Probed{}).empty());
  ExpectOnly(Do(StopRequested{}), AwaitAnswer{});
  EXPECT_TRUE(Do(Probed{}).empty());
  Probed answered;
  answered.answers = true;
  ExpectOnly(Do(answered), AskServerToEnd{});
  EXPECT_TRUE(Do(answered).empty());
  ExpectOnly(Do(Ended(kClean)), Exit{0, ""});
}

TEST_F(AgentMachineTest, AServerThatDoesNotEndIsKilledOnce) {
  BecomeReady();
  Do(StopRequested{});
  ExpectOnly(Do(StopDeadline{}), KillServer{});
  EXPECT_TRUE(Do(StopDeadline{}).empty());
  ExpectOnly(Do(Ended(kKilled)), Exit{0, ""});
  EXPECT_THAT(machine_.message(), HasSubstr("did not end cleanly"));
}

TEST_F(AgentMachineTest, AServerIsKilledAtOnceWhereThatIsWanted) {
  BecomeReady();
  ExpectOnly(Do(StopRequested{.kill = true}), KillServer{});
  EXPECT_EQ(machine_.state(), NodeState::kStopping);
  EXPECT_TRUE(Do(StopRequested{.kill = true}).empty());
  ExpectOnly(Do(Ended(kKilled)), Exit{0, ""});
  EXPECT_EQ(machine_.state(), NodeState::kStopped);
}

TEST_F(AgentMachineTest, AServerThatWasAskedToEndCanStillBeKilled) {
  BecomeReady();
  ExpectOnly(Do(StopRequested{}), AskServerToEnd{});
  ExpectOnly(Do(StopRequested{.kill = true}), KillServer{});
  EXPECT_TRUE(Do(StopDeadline{}).empty());
  ExpectOnly(Do(Ended(kKilled)), Exit{0, ""});
}

TEST_F(AgentMachineTest, WhereNoServerRunsNoneIsKilled) {
  Do(Begin{NoCache()});
  ExpectOnly(Do(StopRequested{.kill = true}), CancelWork{});
  EXPECT_TRUE(Do(StopRequested{.kill = true}).empty());
  ExpectOnly(Do(Restored{Status(Code::kAborted, "cancelled"), {}}), Exit{0, ""});
}

TEST_F(AgentMachineTest, StopCancelsWork) {
  Do(Begin{NoCache()});
  ExpectOnly(Do(StopRequested{}), CancelWork{});
  ExpectOnly(Do(Restored{Status(Code::kAborted, "cancelled"), {}}), Exit{0, ""});
}

TEST_F(AgentMachineTest, StopWhileWaitingExitsAtOnce) {
  Do(Begin{NoCache()});
  Do(Restored{Status(Code::kNoSpace, "full"), {}});
  ExpectOnly(Do(StopRequested{}), Exit{0, ""});
}

TEST_F(AgentMachineTest, AServerThatStopsAnsweringIsUnreadyUntilItAnswers) {
  BecomeReady();
  Do(Probed{false});
  EXPECT_EQ(machine_.state(), NodeState::kUnready);
  Do(Probed{true, {11}});
  EXPECT_EQ(machine_.state(), NodeState::kReady);
  EXPECT_EQ(machine_.restarts(), 0U);
}

TEST_F(AgentMachineTest, AServerThatFellBehindSaysSo) {
  BecomeReady();
  Do(Probed{false, {11}, true});
  EXPECT_EQ(machine_.state(), NodeState::kUnready);
  EXPECT_THAT(machine_.message(), HasSubstr("behind the log"));
}

TEST_F(AgentMachineTest, ALateProbeOfAnEndedServerChangesNothing) {
  BecomeReady();
  Do(Ended(kKilled));
  Do(Probed{true, {99}});
  EXPECT_EQ(machine_.state(), NodeState::kRecovering);
}

TEST_F(AgentMachineTest, AServerThatCannotBeStartedIsRetried) {
  Do(Begin{Cache()});
  Do(At(1));
  EXPECT_NE(Find<RetryLater>(Do(ServerStarted{Status(Code::kNotFound, "no mariadbd")})), nullptr);
  EXPECT_EQ(machine_.state(), NodeState::kWaiting);
  EXPECT_THAT(machine_.message(), HasSubstr("no mariadbd"));
}

}  // namespace
}  // namespace borealis::node
