// Deaths, stops and failures of other processes, at exact places.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <thread>

#include "storage/local/shared_state.h"
#include "storage/local/test_process.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kFirst = {{1}, {1}};
constexpr SegmentRef kSecond = {{2}, {1}};

class LocalProcessTest : public ::testing::Test {
 protected:
  LocalProcessTest() {
    CHECK_OK(LocalBackend::Create(Volume(), options_));
    Attach();
    CHECK_OK(backend_->CreateSegment(kFirst));
  }
  std::string Volume() const { return directory_.Volume(); }
  void Attach() { backend_ = AttachOrDie(Volume(), options_); }

  // A further process, attached.
  std::unique_ptr<TestProcess> Start() {
    auto process = std::make_unique<TestProcess>(Volume());
    EXPECT_EQ(process->Answer(), "attached");
    return process;
  }

  AppendResult Append(std::string_view text, const SegmentRef& segment = kFirst) {
    return backend_->Append(segment, [&](const AppendPlace&) { return AsBytes(text); });
  }
  void AppendOk(std::string_view text, const SegmentRef& segment = kFirst) {
    const AppendResult result = Append(text, segment);
    EXPECT_EQ(result.outcome, AppendOutcome::kOk) << result.status.ToString();
  }
  std::string Text(const SegmentRef& segment = kFirst) {
    const Result<Bytes> bytes = backend_->Read(segment, 0, 1 << 20);
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
    return bytes.ok() ? std::string(AsText(*bytes)) : "(error)";
  }
  // Starts a process that appends "dead" and ends or stops at `point`.
  std::unique_ptr<TestProcess> AppenderThat(const std::string& action, SyncPoint point) {
    auto process = Start();
    process->ActAt(point, action);
    process->Send("append 1 dead");
    if (action == "stop") {
      EXPECT_TRUE(process->WaitUntilStopped());
    } else {
      EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
    }
    return process;
  }

  TestDirectory directory_;
  FailingFileOps ops_;
  LocalOptions options_ = [this] {
    LocalOptions options = TestOptions();
    options.file_ops = &ops_;
    return options;
  }();
  std::unique_ptr<LocalBackend> backend_;
};

// --- Deaths

struct Death {
  SyncPoint point;
  const char* after;  // content once the survivor appended "two"; null: it must seal first
};

class DeathInAnAppendTest : public LocalProcessTest, public ::testing::WithParamInterface<Death> {};

TEST_P(DeathInAnAppendTest, LeavesAllOfItOrNothingAndTheSurvivorGoesOn) {
  AppendOk("one");
  AppenderThat("kill", GetParam().point);
  const AppendResult next = Append("two");
  if (GetParam().after != nullptr) {
    EXPECT_EQ(next.outcome, AppendOutcome::kOk) << next.status.ToString();
    EXPECT_EQ(Text(), GetParam().after);
    return;
  }
  EXPECT_EQ(next.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(next.status.code(), Code::kSealed);
  const Result<SegmentState> state = backend_->State(kFirst);
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->must_seal);
  const Result<uint64_t> size = backend_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 3u);
  EXPECT_EQ(Text(), "one");
}

INSTANTIATE_TEST_SUITE_P(AtEachPoint, DeathInAnAppendTest,
                         ::testing::Values(Death{SyncPoint::kAppendLocked, "onetwo"},
                                           Death{SyncPoint::kAppendEncoded, "onetwo"},
                                           Death{SyncPoint::kAppendWritten, nullptr},
                                           Death{SyncPoint::kAppendPublished, "onedeadtwo"},
                                           Death{SyncPoint::kAppendUnlocked, "onedeadtwo"},
                                           Death{SyncPoint::kSyncLeading, "onedeadtwo"},
                                           Death{SyncPoint::kSyncDone, "onedeadtwo"},
                                           Death{SyncPoint::kSyncPublished, "onedeadtwo"}),
                         [](const auto& info) {
                           return std::to_string(static_cast<int>(info.param.point));
                         });

TEST_F(LocalProcessTest, ADeadLeaderIsNotWaitedForUntilTheNextTick) {
  options_.tick_ms = 600'000;  // longer than a test may take
  Attach();
  AppendOk("one");
  AppenderThat("kill", SyncPoint::kSyncLeading);
  AppendOk("two");
  EXPECT_EQ(Text(), "onedeadtwo");
}

TEST_F(LocalProcessTest, DeathBetweenTheMarkOfASealAndItsPublicationIsFinishedByTheNextSeal) {
  AppendOk("one");
  for (const SyncPoint point : {SyncPoint::kSealLocked, SyncPoint::kSealMarked}) {
    auto process = Start();
    process->ActAt(point, "kill");
    process->Send("seal 1");
    EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
  }
  EXPECT_EQ(Append("x").status.code(), Code::kSealed);
  const Result<uint64_t> size = backend_->Seal(kFirst);
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(*size, 3u);
  EXPECT_EQ(Text(), "one");
}

TEST_F(LocalProcessTest, DeathInACreationLeavesASegmentThatCanOnlyBeDeleted) {
  for (const SyncPoint point : {SyncPoint::kSegmentPublished, SyncPoint::kEntryChanging}) {
    auto process = Start();
    process->ActAt(point, "kill");
    process->Send("create 2");
    EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
    EXPECT_EQ(backend_->CreateSegment(kSecond).code(), Code::kAlreadyExists);
    EXPECT_EQ(Append("x", kSecond).status.code(), Code::kSealed);
    EXPECT_TRUE(backend_->DeleteSegment(kSecond.id).ok());
  }
  EXPECT_TRUE(backend_->CreateSegment(kSecond).ok());
  AppendOk("two", kSecond);
  AppendOk("one");
  EXPECT_EQ(Text(kSecond), "two");
  EXPECT_EQ(Text(), "one");
}

TEST_F(LocalProcessTest, DeathInASwapLeavesTheOldOrTheNewValue) {
  const Result<uint64_t> old_version = backend_->SwapRegister("r", 0, AsBytes("old"));
  ASSERT_TRUE(old_version.ok());
  const auto swap_and_die = [&](SyncPoint point) {
    auto process = Start();
    process->ActAt(point, "kill");
    process->Send(fmt::format("swap r {} new", *old_version));
    EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
    const Result<RegisterValue> value = backend_->ReadRegister("r");
    EXPECT_TRUE(value.ok());
    return value.ok() ? *value : RegisterValue{};
  };
  EXPECT_EQ(AsText(swap_and_die(SyncPoint::kRegisterLocked).value), "old");
  const RegisterValue value = swap_and_die(SyncPoint::kRegisterRenamed);
  EXPECT_EQ(AsText(value.value), "new");
  EXPECT_GT(value.version, *old_version);
  EXPECT_EQ(backend_->SwapRegister("r", *old_version, AsBytes("late")).status().code(),
            Code::kConflict);
  EXPECT_TRUE(backend_->SwapRegister("r", value.version, AsBytes("next")).ok());
}

TEST_F(LocalProcessTest, SyncWhoseOutcomeDiedIsTrustedOnlyToADescriptorOpenBefore) {
  AppendOk("one");
  AppenderThat("kill", SyncPoint::kSyncDone);
  // Opened the file after that sync began: a failure would not be reported to it.
  auto late = Start();
  EXPECT_EQ(late->Ask("append 1 late"), "unknown unknown-outcome");
  EXPECT_EQ(Append("x").status.code(), Code::kSealed);
  const Result<uint64_t> size = backend_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 3u);
  EXPECT_EQ(Text(), "one");
}

// --- Stops

class StopInTheAppendSectionTest : public LocalProcessTest,
                                   public ::testing::WithParamInterface<SyncPoint> {};

TEST_P(StopInTheAppendSectionTest, IsEndedByAWaiter) {
  AppendOk("one");
  auto process = AppenderThat("stop", GetParam());
  const AppendResult next = Append("two");
  EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
  if (GetParam() == SyncPoint::kAppendWritten) {
    EXPECT_EQ(next.status.code(), Code::kSealed);
    EXPECT_TRUE(backend_->Seal(kFirst).ok());
    EXPECT_EQ(Text(), "one");
  } else {
    EXPECT_EQ(next.outcome, AppendOutcome::kOk) << next.status.ToString();
    EXPECT_EQ(Text(), GetParam() == SyncPoint::kAppendLocked ? "onetwo" : "onedeadtwo");
  }
}

INSTANTIATE_TEST_SUITE_P(AtSomePoints, StopInTheAppendSectionTest,
                         ::testing::Values(SyncPoint::kAppendLocked, SyncPoint::kAppendWritten,
                                           SyncPoint::kAppendPublished),
                         [](const auto& info) {
                           return std::to_string(static_cast<int>(info.param));
                         });

TEST_F(LocalProcessTest, StopInARegisterSwapIsEndedByAWaiter) {
  auto process = Start();
  process->ActAt(SyncPoint::kRegisterLocked, "stop");
  process->Send("swap r 0 stopped");
  ASSERT_TRUE(process->WaitUntilStopped());
  EXPECT_TRUE(backend_->SwapRegister("r", 0, AsBytes("mine")).ok());
  EXPECT_EQ(process->WaitUntilEnded(), SIGKILL);
}

class StopElsewhereTest : public LocalProcessTest,
                          public ::testing::WithParamInterface<SyncPoint> {};

TEST_P(StopElsewhereTest, HoldsNobodyUpAndKillsNobody) {
  AppendOk("one");
  auto process = AppenderThat("stop", GetParam());
  std::string expected = "onedead";
  for (int i = 0; i < 50; ++i) {
    AppendOk("2");
    expected += '2';
  }
  EXPECT_EQ(Text(), expected);
  EXPECT_FALSE(process->HasEnded());
  process->Continue();
  EXPECT_EQ(process->Answer(), "ok 3");
  EXPECT_EQ(process->Ask("append 1 !"), "ok 57");
}

INSTANTIATE_TEST_SUITE_P(AtEachPoint, StopElsewhereTest,
                         ::testing::Values(SyncPoint::kAppendUnlocked, SyncPoint::kSyncLeading,
                                           SyncPoint::kSyncDone, SyncPoint::kSyncPublished),
                         [](const auto& info) {
                           return std::to_string(static_cast<int>(info.param));
                         });

TEST_F(LocalProcessTest, IdleProcessThatIsStoppedDisturbsNobody) {
  auto process = Start();
  EXPECT_EQ(process->Ask("append 1 a"), "ok 0");
  process->Stop();
  for (int i = 0; i < 100; ++i) AppendOk("b");
  EXPECT_TRUE(backend_->SwapRegister("r", 0, AsBytes("v")).ok());
  EXPECT_TRUE(backend_->CreateSegment(kSecond).ok());
  EXPECT_TRUE(backend_->Seal(kFirst).ok());
  EXPECT_FALSE(process->HasEnded());
  process->Continue();
  EXPECT_EQ(process->Ask("append 1 c"), "not-appended sealed");
  EXPECT_EQ(process->Ask("append 2 c"), "ok 0");
}

TEST_F(LocalProcessTest, SyncThatWakesUpAfterItsSegmentIsGoneMovesNoOthersEnd) {
  AppendOk("one");
  auto process = AppenderThat("stop", SyncPoint::kSyncDone);
  ASSERT_TRUE(backend_->Seal(kFirst).ok());
  // Takes every entry of the table, the stopped process's among them.
  for (uint64_t id = 2; id < 2 + kSegmentEntriesMax; ++id) {
    ASSERT_TRUE(backend_->CreateSegment({{id}, {1}}).ok());
  }
  process->Continue();
  EXPECT_EQ(process->Answer(), "ok 3");  // its bytes lie below the final size
  for (uint64_t id = 2; id < 2 + kSegmentEntriesMax; ++id) {
    const Result<SegmentState> state = backend_->State({{id}, {1}});
    ASSERT_TRUE(state.ok());
    EXPECT_EQ(state->durable_end, 0u);
    EXPECT_FALSE(state->must_seal);
  }
  EXPECT_EQ(backend_->CreateSegment({{100}, {1}}).code(), Code::kUnavailable);
}

// --- Failures

TEST_F(LocalProcessTest, FailedSyncOfAnotherProcessEndsTheSegmentHere) {
  AppendOk("one");
  auto process = Start();
  EXPECT_EQ(process->Ask("fail-syncs 1"), "ok");
  EXPECT_EQ(process->Ask("append 1 bad"), "unknown unknown-outcome");
  EXPECT_EQ(Append("x").status.code(), Code::kSealed);
  EXPECT_EQ(Text(), "one");
  const Result<uint64_t> size = backend_->Seal(kFirst);
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(*size, 3u);
}

// --- Attaching

TEST_F(LocalProcessTest, OthersWaitWhileOneRecovers) {
  backend_.reset();
  auto recoverer = std::make_unique<TestProcess>(Volume());
  ASSERT_EQ(recoverer->Answer(), "attached recovery");
  TestProcess second(Volume());
  TestProcess third(Volume());
  EXPECT_EQ(recoverer->Ask("create 5"), "ok");
  EXPECT_EQ(recoverer->Ask("end-recovery"), "ok");
  EXPECT_EQ(second.Answer(), "attached");
  EXPECT_EQ(third.Answer(), "attached");
  EXPECT_EQ(second.Ask("append 5 s"), "ok 0");
  EXPECT_EQ(third.Ask("append 5 t"), "ok 1");
}

TEST_F(LocalProcessTest, DeathOfTheRecovererPassesRecoveryOnToExactlyOne) {
  backend_.reset();
  auto recoverer = std::make_unique<TestProcess>(Volume());
  ASSERT_EQ(recoverer->Answer(), "attached recovery");
  TestProcess second(Volume());
  TestProcess third(Volume());
  recoverer->Kill();
  // One of the two; the other waits for it.
  std::string said_second;
  std::thread listener([&] { said_second = second.Answer(); });
  const auto probe = [&](TestProcess& process) { return process.Ask("end-recovery"); };
  second.Send("end-recovery");
  third.Send("end-recovery");
  const std::string said_third = third.Answer();
  listener.join();
  EXPECT_NE(said_second, said_third);
  EXPECT_TRUE(said_second == "attached recovery" || said_third == "attached recovery");
  EXPECT_EQ(second.Answer(), "ok");
  EXPECT_EQ(third.Answer(), "ok");
  EXPECT_EQ(probe(second), "ok");
}

TEST_F(LocalProcessTest, KilledProcessIsNobodyToTheNextOne) {
  backend_.reset();
  {
    TestProcess process(Volume());
    ASSERT_EQ(process.Answer(), "attached recovery");
    ASSERT_EQ(process.Ask("end-recovery"), "ok");
    ASSERT_EQ(process.Ask("create 2"), "ok");
    ASSERT_EQ(process.Ask("append 2 x"), "ok 0");
    process.Kill();
  }
  backend_ = OpenOrDie(Volume(), options_);
  EXPECT_TRUE(backend_->NeedsRecovery());
  // The segment's end is uncertain now: nothing is read or appended before the recovery says where.
  const Result<SegmentState> state = backend_->State(kSecond);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->durable_end, 0u);
  EXPECT_TRUE(state->must_seal);
  EXPECT_EQ(Append("x", kSecond).status.code(), Code::kSealed);
  EXPECT_EQ(backend_->Seal(kSecond).status().code(), Code::kInvalidArgument);
  const uint64_t cut = 1;
  EXPECT_TRUE(backend_->Seal(kSecond, &cut).ok());
  EXPECT_EQ(Text(kSecond), "x");
}

TEST_F(LocalProcessTest, VolumeOfAnotherBootIsRefusedWhileInUseAndTakenOverAtRest) {
  const auto forge_boot = [&] {
    const int fd = ::open((Volume() + "/shm").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(fd, 0);
    const std::string other = "00000000-0000-0000-0000-000000000000";
    ASSERT_EQ(::pwrite(fd, other.data(), other.size(), offsetof(SharedState, boot_id)), 36);
    ::close(fd);
  };
  forge_boot();
  const auto refused = LocalBackend::Open(Volume(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUnavailable);
  EXPECT_NE(refused.status().message().find("another machine"), std::string::npos);
  backend_.reset();  // as a reboot does
  backend_ = OpenOrDie(Volume(), options_);
  EXPECT_TRUE(backend_->NeedsRecovery());
}

// --- Group commit

TEST_F(LocalProcessTest, OneSyncServesTheThreadsOfAllProcesses) {
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  auto process = Start();
  process->Send(fmt::format("append-many 1 {}", kEach));
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) AppendOk("y");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(process->Answer(), fmt::format("ok {}", kEach));
  const Result<LocalBackend::Figures> figures = backend_->FiguresOf(kFirst);
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ(figures->appends, static_cast<uint64_t>((kThreads + 1) * kEach));
  EXPECT_LT(figures->syncs, figures->appends / 2);
}

}  // namespace
}  // namespace borealis::storage::local
