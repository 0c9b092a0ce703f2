// What may become a volume, what is one, and the errors that say so.
#include "storage/local/volume_layout.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "storage/local/fs_probe.h"
#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

class VolumeLayoutTest : public ::testing::Test {
 protected:
  Status Create() { return LocalBackend::Create(Volume()); }
  Status Open() { return ToStatus(LocalBackend::Open(Volume(), TestOptions())); }
  std::string Volume() const { return directory_.Volume(); }
  TestDirectory directory_;
};

void ExpectError(const Status& status, Code code, const std::string& hint) {
  EXPECT_EQ(status.code(), code) << status.ToString();
  EXPECT_NE(status.message().find(hint), std::string::npos) << status.ToString();
  EXPECT_EQ(status.message().find('\n'), std::string::npos);
}

TEST_F(VolumeLayoutTest, CreatedVolumeIsPrivateAndOpens) {
  ASSERT_TRUE(Create().ok());
  struct stat info {};
  ASSERT_EQ(::stat(Volume().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  EXPECT_TRUE(LocalBackend::IsVolume(Volume()));
  EXPECT_TRUE(Open().ok());
  for (const auto& file : std::filesystem::recursive_directory_iterator(Volume())) {
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 077, 0u) << file.path();
  }
}

TEST_F(VolumeLayoutTest, EmptyDirectoryBecomesAVolume) {
  ASSERT_EQ(::mkdir(Volume().c_str(), 0755), 0);
  EXPECT_TRUE(Create().ok());
  EXPECT_TRUE(Open().ok());
}

TEST_F(VolumeLayoutTest, VolumeIsNotCreatedTwice) {
  ASSERT_TRUE(Create().ok());
  ExpectError(Create(), Code::kAlreadyExists, "is a volume already");
}

TEST_F(VolumeLayoutTest, ForeignDirectoryIsLeftAlone) {
  ASSERT_EQ(::mkdir(Volume().c_str(), 0755), 0);
  std::ofstream(Volume() + "/ibdata1") << "precious";
  ExpectError(Create(), Code::kAlreadyExists, "ibdata1");
  struct stat info {};
  ASSERT_EQ(::stat(Volume().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755u);
  EXPECT_TRUE(std::filesystem::exists(Volume() + "/ibdata1"));
  EXPECT_FALSE(std::filesystem::exists(Volume() + "/lock"));
}

TEST_F(VolumeLayoutTest, CreationThatCrashedIsFinishedByTheNext) {
  std::filesystem::create_directories(Volume() + "/segments");
  std::ofstream(Volume() + "/lock") << "";
  EXPECT_TRUE(Create().ok());
  EXPECT_TRUE(Open().ok());
}

TEST_F(VolumeLayoutTest, DirectoryThatIsNoVolumeIsNotFound) {
  ExpectError(Open(), Code::kNotFound, Volume());
  ASSERT_EQ(::mkdir(Volume().c_str(), 0700), 0);
  ExpectError(Open(), Code::kNotFound, "borealis volume create");
  EXPECT_FALSE(LocalBackend::IsVolume(Volume()));
}

TEST_F(VolumeLayoutTest, RelativePathsAreRefused) {
  ExpectError(LocalBackend::Create("volume"), Code::kInvalidArgument, "absolute");
  ExpectError(ToStatus(LocalBackend::Open("volume")), Code::kInvalidArgument, "absolute");
  ExpectError(ToStatus(LocalBackend::OpenReadOnly("volume")), Code::kInvalidArgument, "absolute");
}

TEST_F(VolumeLayoutTest, VolumeOpenToOthersIsRefused) {
  ASSERT_TRUE(Create().ok());
  ASSERT_EQ(::chmod(Volume().c_str(), 0755), 0);
  ExpectError(Open(), Code::kInvalidArgument, "chmod 700");
}

TEST_F(VolumeLayoutTest, VolumeOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_TRUE(Create().ok());
  ASSERT_EQ(::chown(Volume().c_str(), 65534, 65534), 0);
  ExpectError(Open(), Code::kInvalidArgument, "belongs to user 65534");
}

TEST_F(VolumeLayoutTest, UnknownLayoutVersionIsRefused) {
  ASSERT_TRUE(Create().ok());
  std::ofstream(Volume() + "/layout") << "borealis volume layout 2\n";
  ExpectError(Open(), Code::kUnsupported, "layout 2 is not known");
  ExpectError(ToStatus(LocalBackend::OpenReadOnly(Volume())), Code::kUnsupported, "layout 2");
}

TEST_F(VolumeLayoutTest, ForeignLayoutFileIsCorruption) {
  ASSERT_TRUE(Create().ok());
  std::ofstream(Volume() + "/layout") << "something else";
  ExpectError(Open(), Code::kCorruption, "not written by this program");
}

TEST_F(VolumeLayoutTest, MissingPartIsNamed) {
  ASSERT_TRUE(Create().ok());
  std::filesystem::remove(Volume() + "/registers");
  ExpectError(Open(), Code::kNotFound, "registers");
}

TEST(FsProbeTest, NetworkFileSystemsAreRefusedWithAdvice) {
  for (const int64_t type : {0x6969, 0x517B, 0x01021997, 0x65735546, 0x00C36400}) {
    ExpectError(CheckFileSystemType("/mnt/x", type), Code::kUnsupported, "local disk");
  }
  ExpectError(CheckFileSystemType("/mnt/x", 0xFF534D42), Code::kUnsupported, "CIFS");
}

TEST(FsProbeTest, LocalFileSystemsAreTaken) {
  for (const int64_t type : {0xEF53, 0x58465342, 0x01021994}) {  // ext4, xfs, tmpfs
    EXPECT_TRUE(CheckFileSystemType("/x", type).ok());
  }
  EXPECT_TRUE(CheckFileSystemType("/x", 0x9123683E).ok());  // btrfs
  EXPECT_TRUE(IsVolatileFileSystem(0x01021994));
  EXPECT_FALSE(IsVolatileFileSystem(0xEF53));
}

TEST(FsProbeTest, ProbeLeavesNothingBehind) {
  const TestDirectory directory;
  const Result<UniqueFd> fd = OpenDirectory(AT_FDCWD, directory.path());
  ASSERT_TRUE(fd.ok());
  EXPECT_TRUE(ProbeFileSystem(directory.path(), fd->get()).ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace borealis::storage::local
