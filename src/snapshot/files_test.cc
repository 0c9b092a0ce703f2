#include "snapshot/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapshot/testing.h"

namespace borealis::snapshot {
namespace {

using ::testing::ElementsAre;

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
