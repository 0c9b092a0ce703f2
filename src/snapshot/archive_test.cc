#include "snapshot/archive.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "snapshot/memory_stream.h"
#include "snapshot/testing.h"
#include "snapshot/tree.h"

namespace borealis::snapshot {
namespace {

Bytes Pack(const std::string& root) {
  MemorySink sink;
  ArchiveWriter writer(sink);
  CHECK_OK(PackTree(root, nullptr, writer));
  return sink.content;
}

Result<TreeSize> Check(ByteView bytes) {
  MemorySource source(bytes);
  ArchiveReader reader(source);
  return CheckTree(reader);
}

Result<TreeSize> Unpack(ByteView bytes, const std::string& root) {
  MemorySource source(bytes, 7);
  ArchiveReader reader(source);
  return UnpackTree(reader, root, nullptr);
}

void MakeTree(const TempDirectory& dir) {
  CHECK_OK(MakeDirectory(dir / "in"));
  CHECK_OK(MakeDirectory(dir / "in/mysql"));
  CHECK_OK(MakeDirectory(dir / "in/empty"));
  WriteText(dir / "in/ibdata1", std::string(5000, 'x') + std::string(9000, '\0') + "end");
  WriteText(dir / "in/mysql/db.frm", "frm");
  WriteText(dir / "in/mysql/zero", "");
}

TEST(Archive, ATreeComesBackAsItWas) {
  const TempDirectory dir;
  MakeTree(dir);
  const Bytes bytes = Pack(dir / "in");
  ASSERT_TRUE(MakeDirectory(dir / "out").ok());
  const auto size = Unpack(bytes, dir / "out");
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(size->files, 3U);
  EXPECT_EQ(size->bytes, 14003U + 3U);
  for (const char* name : {"ibdata1", "mysql/db.frm", "mysql/zero"}) {
    EXPECT_EQ(ReadText(dir / "out/" + name), ReadText(dir / "in/" + name)) << name;
  }
  EXPECT_TRUE(ListDirectory(dir / "out/empty")->empty());
  struct stat info {};
  ASSERT_EQ(stat((dir / "out/ibdata1").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(stat((dir / "out/mysql").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST(Archive, HolesAndZerosTakeNoSpace) {
  const TempDirectory dir;
  ASSERT_TRUE(MakeDirectory(dir / "in").ok());
  WriteText(dir / "in/redo", "head");
  ASSERT_EQ(truncate((dir / "in/redo").c_str(), 96 << 20), 0);
  const Bytes bytes = Pack(dir / "in");
  EXPECT_LT(bytes.size(), 8192U);
  ASSERT_TRUE(MakeDirectory(dir / "out").ok());
  ASSERT_TRUE(Unpack(bytes, dir / "out").ok());
  struct stat info {};
  ASSERT_EQ(stat((dir / "out/redo").c_str(), &info), 0);
  EXPECT_EQ(info.st_size, 96 << 20);
}

TEST(Archive, ALinkInTheTreeIsRefusedByName) {
  const TempDirectory dir;
  MakeTree(dir);
  ASSERT_EQ(symlink("/etc/passwd", (dir / "in/mysql/link").c_str()), 0);
  MemorySink sink;
  ArchiveWriter writer(sink);
  const Status status = PackTree(dir / "in", nullptr, writer).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("in/mysql/link"), std::string::npos);
}

TEST(Archive, EveryFlippedByteIsNoticed) {
  const TempDirectory dir;
  MakeTree(dir);
  const Bytes good = Pack(dir / "in");
  ASSERT_TRUE(Check(good).ok());
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x10};
    ASSERT_FALSE(Check(bad).ok()) << "byte " << i;
  }
}

TEST(Archive, EveryTruncationIsNoticed) {
  const TempDirectory dir;
  MakeTree(dir);
  Bytes bytes = Pack(dir / "in");
  while (!bytes.empty()) {
    bytes.pop_back();
    ASSERT_EQ(Check(bytes).status().code(), Code::kCorruption) << bytes.size();
  }
}

TEST(Archive, BytesAfterTheEndAreRefused) {
  const TempDirectory dir;
  MakeTree(dir);
  Bytes bytes = Pack(dir / "in");
  bytes.push_back(std::byte{0});
  EXPECT_EQ(Check(bytes).status().code(), Code::kCorruption);
}

TEST(Archive, PathsThatLeaveTheRootAreRefused) {
  for (const char* path :
       {"", "/etc/passwd", "..", "a/../../b", "a/..", "./a", "a//b", "a/", "/"}) {
    EXPECT_EQ(CheckArchivePath(path).code(), Code::kCorruption) << path;
  }
  EXPECT_FALSE(CheckArchivePath(std::string_view("a\0b", 3)).ok());
  EXPECT_FALSE(CheckArchivePath(std::string(kArchivePathMax + 1, 'a')).ok());
  for (const char* path : {"a", "a/b", "..a", "a..", "...", "a/.b"}) {
    EXPECT_TRUE(CheckArchivePath(path).ok()) << path;
  }
}

// An archive with a right checksum over a wrong path, as an attacker would make it.
TEST(Archive, ACraftedPathIsRefusedBeforeAnythingIsWritten) {
  const TempDirectory dir;
  ASSERT_TRUE(MakeDirectory(dir / "in").ok());
  WriteText(dir / "in/xxxxxxx", "content");
  Bytes bytes = Pack(dir / "in");
  const std::string evil = "../evil";
  const auto at =
      std::search(bytes.begin(), bytes.end(), AsBytes("xxxxxxx").begin(), AsBytes("xxxxxxx").end());
  ASSERT_NE(at, bytes.end());
  std::memcpy(&*at, evil.data(), evil.size());
  const size_t body = 8 + 4;
  const size_t length = 17 + evil.size();
  const uint64_t hash = Hash64(ByteView(bytes).subspan(body, length), kHeaderSeed);
  std::memcpy(bytes.data() + body + length, &hash, 8);
  ASSERT_TRUE(MakeDirectory(dir / "out").ok());
  const Status status = Unpack(bytes, dir / "out").status();
  EXPECT_EQ(status.code(), Code::kCorruption);
  EXPECT_NE(status.message().find("../evil"), std::string::npos) << status.ToString();
  EXPECT_FALSE(PathExists(dir / "evil"));
}

TEST(Archive, AnEntryThatOccursTwiceIsRefused) {
  const TempDirectory dir;
  MemorySink sink;
  ArchiveWriter writer(sink);
  CHECK_OK(writer.Begin());
  for (int i = 0; i < 2; ++i) {
    CHECK_OK(writer.BeginFile("f", 0600, 0));
    CHECK_OK(writer.EndFile());
  }
  CHECK_OK(writer.End());
  EXPECT_EQ(Unpack(sink.content, dir.path()).status().code(), Code::kAlreadyExists);
}

TEST(Archive, UnpackingCanBeCancelled) {
  const TempDirectory dir;
  MakeTree(dir);
  const Bytes bytes = Pack(dir / "in");
  ASSERT_TRUE(MakeDirectory(dir / "out").ok());
  MemorySource source(bytes);
  ArchiveReader reader(source);
  const std::atomic<bool> cancel{true};
  EXPECT_EQ(UnpackTree(reader, dir / "out", &cancel).status().code(), Code::kAborted);
}

}  // namespace
}  // namespace borealis::snapshot
