// Looking at a volume from outside: at rest, in use, damaged.
#include "node/volume.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "log/inspect.h"
#include "snapshot/testing.h"
#include "storage/local/local_backend.h"

namespace borealis::node {
namespace {

using ::testing::HasSubstr;

storage::LocalOptions SmallSegments() {
  storage::LocalOptions options;
  options.segment_bytes_max = 4 << 20;
  options.append_bytes_max = 1 << 20;
  options.prepare_spares = false;
  return options;
}

class VolumeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CHECK_OK(storage::LocalBackend::Create(path_, SmallSegments()));
    Attach();
    log::Identity identity;
    identity.volume = Uuid::Random();
    CHECK_OK(log::Log::Create(*backend_, identity, SystemClock()));
  }
  void Attach() { backend_ = *storage::LocalBackend::Open(path_, SmallSegments()); }
  // Each a batch of its own.
  void Append(int records) {
    log::Options options;
    options.segment_bytes = 1 << 20;
    const auto log = log::Log::Open(*backend_, options, SystemClock());
    CHECK_OK(log);
    const Bytes payload(100, std::byte{7});
    for (int i = 0; i < records; ++i) {
      Record record;
      record.type = RecordType::kWriteSet;
      record.source.uuid = Uuid::FromRandom(1, 1);
      record.request = {++request_};
      record.payload = payload;
      CHECK((*log)->Append({&record, 1}).outcome == storage::AppendOutcome::kOk);
    }
  }
  Result<LogBounds> Look() {
    const auto volume = LookAtVolume(path_);
    CHECK_OK(volume);
    return ReadLogBounds(**volume);
  }

  const snapshot::TempDirectory dir_;
  const std::string path_ = dir_ / "volume";
  std::unique_ptr<storage::LocalBackend> backend_;
  uint64_t request_ = 0;
};

TEST_F(VolumeTest, TheLogsEndIsSeenWhileInUseAndAtRest) {
  EXPECT_EQ(Look()->newest, Seqno{0});
  Append(5);
  EXPECT_EQ(Look()->newest, Seqno{5});
  backend_.reset();
  const auto at_rest = Look();
  ASSERT_TRUE(at_rest.ok()) << at_rest.status().ToString();
  EXPECT_EQ(at_rest->newest, Seqno{5});
  EXPECT_EQ(at_rest->oldest, Seqno{0});
  EXPECT_GT(at_rest->open_bytes, 5U * 100);
  Attach();
  Append(2);  // recovers: a new segment
  EXPECT_EQ(Look()->newest, Seqno{7});
}

TEST_F(VolumeTest, InspectionAtRestSeesEveryRecord) {
  Append(5);
  backend_.reset();
  const auto volume = LookAtVolume(path_);
  const auto report = log::InspectLog(**volume, {});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->damage.ok());
  EXPECT_EQ(report->last, Seqno{5});
}

TEST_F(VolumeTest, DamageIsNamedByItsPlace) {
  Append(5);
  const auto files = snapshot::ListDirectory(path_ + "/segments");
  const std::string segment = path_ + "/segments/" + files->back();
  {
    const snapshot::UniqueFd fd(open(segment.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(fd.valid());
    ASSERT_EQ(pwrite(fd.get(), "x", 1, 40), 1);
  }
  const auto bounds = Look();
  EXPECT_EQ(bounds.status().code(), Code::kCorruption);
  EXPECT_THAT(bounds.status().message(), HasSubstr("offset 0"));
}

TEST(ParseVolumeName, TakesDirectoriesAndVolumeAddresses) {
  EXPECT_EQ(*ParseVolumeName("volume:///a/b/"), "/a/b");
  EXPECT_EQ(*ParseVolumeName("/a/./b"), "/a/b");
  EXPECT_TRUE(ParseVolumeName("v")->starts_with("/"));
  for (const char* name : {"", "rados://pool/x", "volume://relative", "http://x"}) {
    EXPECT_EQ(ParseVolumeName(name).status().code(), Code::kInvalidArgument) << name;
  }
}

TEST(LookAtVolume, WhatIsNoVolumeSaysHowToMakeOne) {
  const snapshot::TempDirectory dir;
  const Status status = LookAtVolume(dir.path()).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("borealis volume create"));
}

}  // namespace
}  // namespace borealis::node
