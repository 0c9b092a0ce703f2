// Claims of cache_marks.h: a data directory is used only where it belongs and can be trusted.
#include "provider/cache_marks.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "snapshot/testing.h"

namespace borealis::provider {
namespace {

class CacheMarksTest : public testing::Test {
 protected:
  Status Claim(const Uuid& volume, Seqno position) {
    CacheMarks marks(directory_, "node1");
    return marks.Claim(volume, position, skipped_);
  }

  const snapshot::TempDirectory temporary_;
  const std::string& directory_ = temporary_.path();
  const Uuid volume_ = Uuid::FromRandom(1, 2);
  std::vector<Seqno> skipped_;
};

TEST_F(CacheMarksTest, FreshDirectoryIsClaimedOnceAndRecognized) {
  const auto fresh = CacheMarks(directory_, "node1").Read(volume_);
  ASSERT_TRUE(fresh.ok());
  EXPECT_FALSE(fresh->has_value());
  ASSERT_TRUE(Claim(volume_, Seqno::Undefined()).ok());
  const auto used = CacheMarks(directory_, "node1").Read(volume_);
  ASSERT_TRUE(used.ok() && used->has_value());
  EXPECT_EQ((*used)->volume, volume_);
  EXPECT_TRUE(Claim(volume_, Seqno{3}).ok());
  // Nobody knows where it stands.
  EXPECT_EQ(Claim(volume_, Seqno::Undefined()).code(), Code::kInvalidArgument);
}

TEST_F(CacheMarksTest, AnotherVolumesCacheIsRefused) {
  ASSERT_TRUE(Claim(volume_, Seqno::Undefined()).ok());
  const Status status = Claim(Uuid::FromRandom(3, 4), Seqno{3});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("cache of volume"), std::string::npos);
}

TEST_F(CacheMarksTest, DirectoryWithAForeignDatabaseIsRefused) {
  std::filesystem::create_directory(directory_ + "/mysql");
  std::filesystem::create_directory(directory_ + "/shop");
  const Status status = Claim(volume_, Seqno::Undefined());
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("'shop'"), std::string::npos);
}

TEST_F(CacheMarksTest, CrashInsideAnIsolatedStatementSpoilsTheCache) {
  {
    CacheMarks marks(directory_, "node1");
    ASSERT_TRUE(marks.Claim(volume_, Seqno::Undefined(), {}).ok());
    ASSERT_TRUE(marks.BeginUnsafe(Seqno{5}).ok());
  }
  const Status status = Claim(volume_, Seqno{5});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("seqno 5"), std::string::npos);
}

TEST_F(CacheMarksTest, PositionBeforeTheLastIsolatedStatementIsRefused) {
  {
    CacheMarks marks(directory_, "node1");
    ASSERT_TRUE(marks.Claim(volume_, Seqno::Undefined(), {}).ok());
    ASSERT_TRUE(marks.BeginUnsafe(Seqno{5}).ok());
    marks.EndUnsafe(Seqno{5});
  }
  EXPECT_EQ(Claim(volume_, Seqno{4}).code(), Code::kInvalidArgument);
  EXPECT_TRUE(Claim(volume_, Seqno{5}).ok());
}

TEST_F(CacheMarksTest, DataThatHoldsARecordSkippedSinceIsRefused) {
  ASSERT_TRUE(Claim(volume_, Seqno::Undefined()).ok());
  skipped_ = {Seqno{7}};
  const Status status = Claim(volume_, Seqno{7});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("seqno 7"), std::string::npos);
  // Data from before it, that passes it from now on without its effects, is fine ever after.
  EXPECT_TRUE(Claim(volume_, Seqno{6}).ok());
  EXPECT_TRUE(Claim(volume_, Seqno{7}).ok());
  EXPECT_TRUE(Claim(volume_, Seqno{90}).ok());
  skipped_.push_back(Seqno{3});
  EXPECT_FALSE(Claim(volume_, Seqno{90}).ok());
}

TEST_F(CacheMarksTest, InconsistentStaysRefusedWithItsReason) {
  {
    CacheMarks marks(directory_, "node1");
    ASSERT_TRUE(marks.Claim(volume_, Seqno::Undefined(), {}).ok());
    marks.MarkInconsistent(Seqno{8}, "a row is missing");
  }
  const Status status = Claim(volume_, Seqno{9});
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("a row is missing"), std::string::npos);
}

}  // namespace
}  // namespace borealis::provider
