// Failures of the disk, the group commit's economy, segments' files, and what an attached volume
// promises beyond the conformance suite. One process; see local_process_test for several.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <thread>

#include "base/mutex.h"
#include "storage/local/segment_files.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kFirst = {{1}, {1}};
constexpr SegmentRef kSecond = {{2}, {2}};

class LocalBackendTest : public ::testing::Test {
 protected:
  LocalBackendTest() { CHECK_OK(LocalBackend::Create(Volume(), options_)); }
  void Attach() { backend_ = AttachOrDie(Volume(), options_); }
  void AttachWithSegment() {
    Attach();
    CHECK_OK(backend_->CreateSegment(kFirst));
  }
  std::string Volume() const { return directory_.Volume(); }
  AppendResult Append(std::string_view text, const SegmentRef& segment = kFirst) {
    return backend_->Append(segment, [&](const AppendPlace&) { return AsBytes(text); });
  }
  SegmentState State(const SegmentRef& segment = kFirst) {
    const Result<SegmentState> state = backend_->State(segment);
    EXPECT_TRUE(state.ok()) << state.status().ToString();
    return state.ok() ? *state : SegmentState{};
  }
  std::vector<std::string> FilesOf(const std::string& part) {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(Volume() + "/" + part)) {
      names.push_back(file.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  using Names = std::vector<std::string>;

  TestDirectory directory_;
  FailingFileOps ops_;
  LocalOptions options_ = [this] {
    LocalOptions options = TestOptions();
    options.file_ops = &ops_;
    return options;
  }();
  std::unique_ptr<LocalBackend> backend_;
};

// --- Failures of a write

TEST_F(LocalBackendTest, WriteThatFailsBeforeAnyByteIsNotAppendedAndEndsTheSegment) {
  AttachWithSegment();
  ASSERT_EQ(Append("good").outcome, AppendOutcome::kOk);
  ops_.failing_writes = 1;
  const AppendResult failed = Append("bad");
  EXPECT_EQ(failed.outcome, AppendOutcome::kNotAppended);
  EXPECT_EQ(failed.status.code(), Code::kIo);
  EXPECT_TRUE(State().must_seal);
  EXPECT_EQ(Append("x").status.code(), Code::kSealed);
  EXPECT_EQ(*backend_->Seal(kFirst), 4u);
}

TEST_F(LocalBackendTest, FullDiskIsNotAppendedAndGoesOnWhenThereIsRoom) {
  AttachWithSegment();
  ops_.write_error = ENOSPC;
  ops_.failing_writes = 2;
  for (int i = 0; i < 2; ++i) {
    const AppendResult failed = Append("x");
    EXPECT_EQ(failed.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(failed.status.code(), Code::kNoSpace);
    EXPECT_FALSE(State().must_seal);
  }
  const AppendResult next = Append("room");
  EXPECT_EQ(next.outcome, AppendOutcome::kOk) << next.status.ToString();
  EXPECT_EQ(next.offset, 0u);
}

TEST_F(LocalBackendTest, ShortWriteIsFinished) {
  AttachWithSegment();
  ops_.short_writes = 3;
  ASSERT_EQ(Append("0123456789").outcome, AppendOutcome::kOk);
  EXPECT_EQ(AsText(*backend_->Read(kFirst, 0, 100)), "0123456789");
}

TEST_F(LocalBackendTest, WriteThatFailsHalfWayIsUnknownAndItsBytesAreNeverRead) {
  AttachWithSegment();
  ASSERT_EQ(Append("good").outcome, AppendOutcome::kOk);
  ops_.write_error = ENOSPC;
  ops_.short_writes = 1;
  ops_.failing_writes = 1;
  const AppendResult failed = Append("half written");
  EXPECT_EQ(failed.outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(failed.status.code(), Code::kNoSpace);
  EXPECT_EQ(Append("x").status.code(), Code::kSealed);
  EXPECT_EQ(*backend_->Seal(kFirst), 4u);
  EXPECT_EQ(AsText(*backend_->Read(kFirst, 0, 100)), "good");
}

TEST_F(LocalBackendTest, EveryAppendAboveAFailedSyncIsUnknown) {
  AttachWithSegment();
  ASSERT_EQ(Append("good").outcome, AppendOutcome::kOk);
  ops_.failing_data_syncs = 1;
  std::atomic<int> unknown{0};
  std::atomic<int> sealed{0};
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      const AppendResult result = Append("bad");
      unknown += result.outcome == AppendOutcome::kUnknown ? 1 : 0;
      sealed += result.outcome == AppendOutcome::kNotAppended ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(unknown, 1);
  EXPECT_EQ(unknown + sealed, 6);
  EXPECT_EQ(*backend_->Seal(kFirst), 4u);
  EXPECT_EQ(ops_.failing_data_syncs, 0);
}

TEST_F(LocalBackendTest, SyncThatFailsInASealEndsTheSegmentAtTheLastGoodOne) {
  // Written, and not synced by its appender, because that one waits here.
  class Holder : public SyncPoints {
   public:
    void Reached(SyncPoint point) override {
      if (point != SyncPoint::kAppendUnlocked) return;
      MutexLock lock(mutex_);
      reached_ = true;
      changed_.NotifyAll();
      while (!go_) changed_.Wait(mutex_);
    }
    void AwaitReached() {
      MutexLock lock(mutex_);
      while (!reached_) changed_.Wait(mutex_);
    }
    void Go() {
      MutexLock lock(mutex_);
      go_ = true;
      changed_.NotifyAll();
    }

   private:
    Mutex mutex_;
    CondVar changed_;
    bool reached_ GUARDED_BY(mutex_) = false;
    bool go_ GUARDED_BY(mutex_) = false;
  } holder;
  options_.sync_points = &holder;
  AttachWithSegment();
  AppendResult result;
  std::thread appender([&] { result = Append("unsynced"); });
  holder.AwaitReached();
  ops_.failing_data_syncs = 1;
  EXPECT_EQ(*backend_->Seal(kFirst), 0u);
  holder.Go();
  appender.join();
  EXPECT_EQ(result.outcome, AppendOutcome::kUnknown);
}

// --- Group commit

// Holds the first fdatasync until told, and counts who sleeps.
class HeldSync : public FailingFileOps, public SyncPoints {
 public:
  int Fdatasync(int fd) override {
    {
      MutexLock lock(mutex_);
      ++syncs_;
      changed_.NotifyAll();
      while (syncs_ == 1 && !released_) changed_.Wait(mutex_);
    }
    return FailingFileOps::Fdatasync(fd);
  }
  void Reached(SyncPoint point) override {
    if (point != SyncPoint::kSyncSleeping) return;
    MutexLock lock(mutex_);
    ++sleeps_;
    changed_.NotifyAll();
  }
  void AwaitSyncs(int count) {
    MutexLock lock(mutex_);
    while (syncs_ < count) changed_.Wait(mutex_);
  }
  void AwaitSleeps(int count) {
    MutexLock lock(mutex_);
    while (sleeps_ < count) changed_.Wait(mutex_);
  }
  void Release() {
    MutexLock lock(mutex_);
    released_ = true;
    changed_.NotifyAll();
  }
  int syncs() {
    MutexLock lock(mutex_);
    return syncs_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool released_ GUARDED_BY(mutex_) = false;
  int syncs_ GUARDED_BY(mutex_) = 0;
  int sleeps_ GUARDED_BY(mutex_) = 0;
};

TEST_F(LocalBackendTest, AppendsThatComeDuringASyncShareTheNextOne) {
  constexpr int kFollowers = 7;
  HeldSync held;
  options_.file_ops = &held;
  options_.sync_points = &held;
  options_.tick_ms = 60'000;  // nobody wakes for anything but its sync
  options_.first_look_ms = options_.tick_ms;
  Attach();
  const auto other = AttachOrDie(Volume(), options_);
  ASSERT_TRUE(backend_->CreateSegment(kFirst).ok());
  const auto append = [](Backend& backend) {
    const AppendResult result =
        backend.Append(kFirst, [](const AppendPlace&) { return AsBytes("x"); });
    EXPECT_EQ(result.outcome, AppendOutcome::kOk) << result.status.ToString();
  };
  std::thread leader([&] { append(*backend_); });
  held.AwaitSyncs(1);
  std::vector<std::thread> followers;
  followers.reserve(kFollowers);
  for (int i = 0; i < kFollowers; ++i) {
    followers.emplace_back([&, i] { append(i % 2 == 0 ? *backend_ : *other); });
  }
  held.AwaitSleeps(kFollowers);
  held.Release();
  leader.join();
  for (std::thread& follower : followers) follower.join();
  EXPECT_EQ(held.syncs(), 2);
}

TEST_F(LocalBackendTest, APlaceIsToldBeforeTheBytesAreDurable) {
  HeldSync held;
  options_.file_ops = &held;
  options_.sync_points = &held;
  Attach();
  ASSERT_TRUE(backend_->CreateSegment(kFirst).ok());
  std::atomic<bool> durable{false};
  std::promise<void> placed;
  std::thread appender([&] {
    const AppendResult result = backend_->AppendPipelined(
        kFirst, [](const AppendPlace&) { return AsBytes("x"); }, [&] { placed.set_value(); });
    EXPECT_EQ(result.outcome, AppendOutcome::kOk);
    durable = true;
  });
  placed.get_future().wait();
  held.AwaitSyncs(1);
  EXPECT_FALSE(durable);
  EXPECT_EQ(State().durable_end, 0u);
  EXPECT_EQ(State().written_end, 1u);
  held.Release();
  appender.join();
  EXPECT_EQ(State().durable_end, 1u);
}

TEST_F(LocalBackendTest, NoWakeUpIsLost) {
  constexpr size_t kThreads = 12;
  constexpr size_t kEach = 1500;
  options_.tick_ms = 600'000;  // a lost one is not made good in the time of a test
  options_.first_look_ms = options_.tick_ms;
  options_.segment_bytes_max = kThreads * kEach;
  Attach();
  const auto other = AttachOrDie(Volume(), options_);
  ASSERT_TRUE(backend_->CreateSegment(kFirst).ok());
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Backend& backend = i % 2 == 0 ? *backend_ : *other;
      for (size_t n = 0; n < kEach; ++n) {
        const AppendResult result =
            backend.Append(kFirst, [](const AppendPlace&) { return AsBytes("x"); });
        ASSERT_EQ(result.outcome, AppendOutcome::kOk) << result.status.ToString();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(State().durable_end, kThreads * kEach);
}

// --- Segments' files

TEST_F(LocalBackendTest, SegmentThatDoesNotFitLeavesNothingBehind) {
  Attach();
  ops_.failing_allocations = 1;
  EXPECT_EQ(backend_->CreateSegment(kFirst).code(), Code::kNoSpace);
  ops_.write_error = ENOSPC;
  ops_.failing_writes = 1;
  EXPECT_EQ(backend_->CreateSegment(kFirst).code(), Code::kNoSpace);
  ops_.failing_syncs = 1;
  EXPECT_EQ(backend_->CreateSegment(kFirst).code(), Code::kIo);
  EXPECT_EQ(FilesOf("segments"), Names{});
  EXPECT_TRUE(backend_->CreateSegment(kFirst).ok());
}

TEST_F(LocalBackendTest, SealedFileIsCutToSizeAndReadOnly) {
  AttachWithSegment();
  ASSERT_EQ(Append("12345").outcome, AppendOutcome::kOk);
  ASSERT_TRUE(backend_->Seal(kFirst).ok());
  struct stat info {};
  ASSERT_EQ(::stat((Volume() + "/segments/1.1").c_str(), &info), 0);
  EXPECT_EQ(info.st_size, 5);
  EXPECT_EQ(info.st_mode & 0777, 0400u);
}

TEST_F(LocalBackendTest, FileWhoseSealDiedAfterTheCutReadsAsUncutAndOthersDoNot) {
  AttachWithSegment();
  ASSERT_EQ(Append("12345").outcome, AppendOutcome::kOk);
  backend_.reset();
  const std::string file = Volume() + "/segments/1.1";
  ASSERT_EQ(::truncate(file.c_str(), 5), 0);
  Attach();
  EXPECT_EQ(backend_->ReadRaw(kFirst, 0, 100)->size(), 5u);
  backend_.reset();
  ASSERT_EQ(::chmod(file.c_str(), 0700), 0);
  Attach();
  const Result<Bytes> raw = backend_->ReadRaw(kFirst, 0, 100);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(AsText(*raw), "12345" + std::string(95, '\0'));
  EXPECT_EQ(backend_->ReadRaw(kFirst, 3, SIZE_MAX)->size(), options_.segment_bytes_max - 3);
  const uint64_t cut = 5;
  ASSERT_TRUE(backend_->Seal(kFirst, &cut).ok());
  EXPECT_EQ(backend_->ReadRaw(kFirst, 0, 100)->size(), 5u);
}

TEST_F(LocalBackendTest, SpareIsPreparedAndUsed) {
  options_.prepare_spares = true;
  Attach();
  ASSERT_TRUE(backend_->CreateSegment(kFirst).ok());
  // The second takes the file that the first had prepared, however far that is.
  ASSERT_TRUE(backend_->CreateSegment(kSecond).ok());
  EXPECT_EQ(Append("x", kSecond).outcome, AppendOutcome::kOk);
  backend_.reset();  // ends the thread that prepares the next
  for (const std::string& name : FilesOf("segments")) {
    EXPECT_TRUE(name == "1.1" || name == "2.2" || name == SegmentFiles::kSpareName) << name;
  }
}

TEST_F(LocalBackendTest, SpareOfAnotherSizeIsNotUsed) {
  std::ofstream(Volume() + "/segments/.spare") << "short";
  AttachWithSegment();
  EXPECT_EQ(std::filesystem::file_size(Volume() + "/segments/1.1"), options_.segment_bytes_max);
  EXPECT_EQ(FilesOf("segments"), Names{"1.1"});
}

TEST_F(LocalBackendTest, FirstToAttachSweepsWhatCrashesLeft) {
  std::ofstream(Volume() + "/segments/.new-1-2-3") << "x";
  std::ofstream(Volume() + "/registers/.tmp-register") << "x";
  std::ofstream(Volume() + "/hints/.tmp-1") << "x";
  std::ofstream(Volume() + "/segments/notes") << "not ours";
  Attach();
  EXPECT_EQ(FilesOf("segments"), Names{"notes"});
  EXPECT_EQ(FilesOf("registers"), Names{});
  EXPECT_EQ(FilesOf("hints"), Names{});
  EXPECT_TRUE(backend_->ListSegments()->empty());
}

TEST_F(LocalBackendTest, SegmentCutShortBehindOurBackIsCorruption) {
  AttachWithSegment();
  ASSERT_EQ(Append("0123456789").outcome, AppendOutcome::kOk);
  std::filesystem::resize_file(Volume() + "/segments/1.1", 4);
  const Result<Bytes> bytes = backend_->Read(kFirst, 0, 100);
  ASSERT_FALSE(bytes.ok());
  EXPECT_EQ(bytes.status().code(), Code::kCorruption);
  EXPECT_NE(bytes.status().message().find("segments/1.1"), std::string::npos);
}

TEST_F(LocalBackendTest, SealedSegmentsLeaveTheTableToNewOnesAndStayReadable) {
  Attach();
  constexpr uint64_t kCount = 100;  // more than the table has entries
  for (uint64_t id = 1; id <= kCount; ++id) {
    const SegmentRef segment = {{id}, {id}};
    ASSERT_TRUE(backend_->CreateSegment(segment).ok());
    ASSERT_EQ(Append(std::to_string(id), segment).outcome, AppendOutcome::kOk);
    ASSERT_TRUE(backend_->Seal(segment).ok());
  }
  for (uint64_t id = 1; id <= kCount; ++id) {
    const Result<Bytes> bytes = backend_->Read({{id}, {id}}, 0, 10);
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(AsText(*bytes), std::to_string(id));
    EXPECT_EQ(Append("x", {{id}, {id}}).status.code(), Code::kSealed);
  }
}

// --- Attaching

TEST_F(LocalBackendTest, SharedMemoryOfAnotherVersionIsRefusedWhileInUse) {
  Attach();
  std::filesystem::resize_file(Volume() + "/shm", 100);
  const auto refused = LocalBackend::Open(Volume(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUnavailable);
}

TEST_F(LocalBackendTest, GarbageInTheSharedMemoryAtRestIsThrownAway) {
  std::ofstream(Volume() + "/shm") << "garbage";
  Attach();
  EXPECT_TRUE(backend_->CreateSegment(kFirst).ok());
}

TEST_F(LocalBackendTest, MoreObjectsThanSlotsAreRefused) {
  std::vector<std::unique_ptr<LocalBackend>> backends;
  backends.reserve(64);
  for (int i = 0; i < 64; ++i) backends.push_back(AttachOrDie(Volume(), options_));
  const auto refused = LocalBackend::Open(Volume(), options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUnavailable);
  backends.pop_back();
  EXPECT_TRUE(LocalBackend::Open(Volume(), options_).ok());
}

}  // namespace
}  // namespace borealis::storage::local
