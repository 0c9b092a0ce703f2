#include "snapshot/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "snapshot/testing.h"

namespace borealis::snapshot {
namespace {

using ::testing::ElementsAre;

// Until a thread of ours does, or a minute is over. Source: proc_locks(5), "-> FLOCK ... PID ...".
bool SomeoneWaitsForALock() {
  const std::string ours = " " + std::to_string(getpid()) + " ";
  for (int i = 0; i < 60'000; ++i) {
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
      if (line.find("-> FLOCK") != std::string::npos && line.find(ours) != std::string::npos) {
        return true;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(Files, AtomicWriteReplacesTheWholeFileAndLeavesNoOther) {
  const TempDirectory dir;
  ASSERT_TRUE(WriteFileAtomically(dir / "f", AsBytes("first, longer"), Durability::kDurable).ok());
  ASSERT_TRUE(WriteFileAtomically(dir / "f", AsBytes("second"), Durability::kProcess).ok());
  EXPECT_EQ(ReadText(dir / "f"), "second");
  EXPECT_THAT(*ListDirectory(dir.path()), ElementsAre("f"));
  struct stat info {};
  ASSERT_EQ(stat((dir / "f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST(Files, AtomicWriteThatFailsLeavesTheOldFile) {
  const TempDirectory dir;
  WriteText(dir / "f", "old");
  ASSERT_TRUE(MakeDirectory(dir / "f.new").ok());  // in the way of the temporary file
  EXPECT_FALSE(WriteFileAtomically(dir / "f", AsBytes("new"), Durability::kDurable).ok());
  EXPECT_EQ(ReadText(dir / "f"), "old");
}

TEST(Files, ReadFileRefusesMoreThanItsBound) {
  const TempDirectory dir;
  WriteText(dir / "f", "12345");
  EXPECT_EQ(ReadFile(dir / "f", 5)->size(), 5U);
  EXPECT_EQ(ReadFile(dir / "f", 4).status().code(), Code::kCorruption);
  EXPECT_EQ(ReadFile(dir / "none", 4).status().code(), Code::kNotFound);
}

TEST(Files, MakeDirectoryAcceptsADirectoryAndRefusesAFile) {
  const TempDirectory dir;
  EXPECT_TRUE(MakeDirectory(dir / "d").ok());
  EXPECT_TRUE(MakeDirectory(dir / "d").ok());
  WriteText(dir / "f", "");
  EXPECT_EQ(MakeDirectory(dir / "f").code(), Code::kAlreadyExists);
}

TEST(Files, RemoveTreeDoesNotFollowLinks) {
  const TempDirectory dir;
  ASSERT_TRUE(MakeDirectory(dir / "kept").ok());
  WriteText(dir / "kept/f", "x");
  ASSERT_TRUE(MakeDirectory(dir / "gone").ok());
  ASSERT_EQ(symlink((dir / "kept").c_str(), (dir / "gone/link").c_str()), 0);
  EXPECT_TRUE(RemoveTree(dir / "gone").ok());
  EXPECT_TRUE(RemoveTree(dir / "gone").ok());
  EXPECT_FALSE(PathExists(dir / "gone"));
  EXPECT_EQ(ReadText(dir / "kept/f"), "x");
}

TEST(Files, ALockIsFreeWhenWhoHadItClosedItOrDied) {
  const TempDirectory dir;
  auto first = LockFile(dir / "lock", LockMode::kTry);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(LockFile(dir / "lock", LockMode::kTry).status().code(), Code::kAlreadyExists);
  first->Reset();
  const pid_t child = fork();
  if (child == 0) {
    auto held = LockFile(dir / "lock", LockMode::kTry);
    if (!held.ok()) _exit(1);
    held->Release();  // its end closes it
    _exit(0);
  }
  int end = -1;
  ASSERT_EQ(waitpid(child, &end, 0), child);
  EXPECT_EQ(end, 0);
  EXPECT_TRUE(LockFile(dir / "lock", LockMode::kTry).ok());
}

TEST(Files, WhoWaitsForALockHasItWhenTheOtherLetsGo) {
  const TempDirectory dir;
  auto first = LockFile(dir / "lock", LockMode::kTry);
  std::atomic<bool> released{false};
  std::thread other([&] {
    EXPECT_TRUE(LockFile(dir / "lock", LockMode::kWait).ok());
    EXPECT_TRUE(released);
  });
  EXPECT_TRUE(SomeoneWaitsForALock());
  released = true;
  first->Reset();
  other.join();
}

TEST(Files, ALockInADirectoryThatIsNotThereNamesThePath) {
  const TempDirectory dir;
  const Status status = LockFile(dir / "none/lock", LockMode::kTry).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("none/lock"), std::string::npos) << status.message();
}

TEST(Files, ParentOf) {
  EXPECT_EQ(ParentOf("/a/b"), "/a");
  EXPECT_EQ(ParentOf("/a"), "/");
  EXPECT_EQ(ParentOf("a"), ".");
}

TEST(Files, ErrnoBecomesACodeAndNamesThePath) {
  EXPECT_EQ(ErrnoStatus(ENOSPC, "write", "/x").code(), Code::kNoSpace);
  EXPECT_EQ(ErrnoStatus(ENOENT, "open", "/x").ToString(),
            "not-found: open /x: No such file or directory");
}

}  // namespace
}  // namespace borealis::snapshot
