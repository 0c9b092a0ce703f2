// The reserve: made once, kept from clients, used by who may, and never in the way.
#include "storage/local/reserve.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

constexpr SegmentRef kFirst{{1}, {1}};
constexpr SegmentRef kSecond{{2}, {2}};

class ReserveTest : public ::testing::Test {
 protected:
  ReserveTest() {
    CHECK_OK(LocalBackend::Create(directory_.Volume(), Options(false)));
    client_ = AttachOrDie(directory_.Volume(), Options(false));
    upkeep_ = AttachOrDie(directory_.Volume(), Options(true));
  }
  LocalOptions Options(bool use_reserve) {
    LocalOptions options = TestOptions();
    options.file_ops = &ops_;
    options.use_reserve = use_reserve;
    return options;
  }
  bool Exists(const std::string& name) const {
    return std::filesystem::exists(directory_.Volume() + "/" + name);
  }

  TestDirectory directory_;
  FailingFileOps ops_;
  std::unique_ptr<LocalBackend> client_;
  std::unique_ptr<LocalBackend> upkeep_;
};

TEST_F(ReserveTest, OnlyWhoMayMakesASegmentOfItOnAFullDisk) {
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  ops_.failing_allocations = 1;
  EXPECT_EQ(client_->CreateSegment(kFirst).code(), Code::kNoSpace);
  EXPECT_TRUE(Exists("segments/.reserve"));
  ops_.failing_allocations = 1;
  EXPECT_TRUE(upkeep_->CreateSegment(kFirst).ok());
  EXPECT_FALSE(Exists("segments/.reserve"));
  ops_.failing_allocations = 1;
  EXPECT_EQ(upkeep_->CreateSegment(kSecond).code(), Code::kNoSpace);
  const AppendResult appended =
      client_->Append(kFirst, [](const AppendPlace&) { return AsBytes("x"); });
  EXPECT_EQ(appended.outcome, AppendOutcome::kOk);
}

TEST_F(ReserveTest, IsLeftAloneWhileThereIsRoom) {
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  EXPECT_TRUE(upkeep_->CreateSegment(kFirst).ok());
  EXPECT_TRUE(Exists("segments/.reserve"));
}

TEST_F(ReserveTest, ARegisterThatFindsTheDiskFullTakesAPiece) {
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  ops_.write_error = ENOSPC;
  ops_.failing_writes = 1;
  EXPECT_EQ(client_->SwapRegister("r", 0, AsBytes("v")).status().code(), Code::kNoSpace);
  ops_.failing_writes = 2;
  EXPECT_TRUE(upkeep_->SwapRegister("r", 0, AsBytes("v")).ok());
  EXPECT_FALSE(Exists(".reserve.1"));
  EXPECT_TRUE(Exists(".reserve.2"));
  ops_.failing_writes = 100;
  EXPECT_EQ(upkeep_->SwapRegister("s", 0, AsBytes("v")).status().code(), Code::kNoSpace);
  EXPECT_FALSE(Exists(".reserve.7"));
}

TEST_F(ReserveTest, WhatIsMissingIsMadeAgain) {
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  std::filesystem::remove(directory_.Volume() + "/.reserve.3");
  std::ofstream(directory_.Volume() + "/segments/.reserve") << "of another size";
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  EXPECT_TRUE(Exists(".reserve.3"));
  EXPECT_EQ(std::filesystem::file_size(directory_.Volume() + "/segments/.reserve"),
            TestOptions().segment_bytes_max);
}

TEST_F(ReserveTest, OneOfAnotherSizeIsNotUsed) {
  std::ofstream(directory_.Volume() + "/segments/.reserve") << "short";
  ops_.failing_allocations = 1;
  EXPECT_EQ(upkeep_->CreateSegment(kFirst).code(), Code::kNoSpace);
}

TEST_F(ReserveTest, SurvivesThatNobodyIsAttached) {
  ASSERT_TRUE(upkeep_->KeepReserve().ok());
  client_.reset();
  upkeep_.reset();
  client_ = AttachOrDie(directory_.Volume(), Options(false));
  EXPECT_TRUE(Exists("segments/.reserve"));
  EXPECT_TRUE(Exists(".reserve.0"));
}

TEST_F(ReserveTest, AFullDiskIsSaid) {
  ops_.failing_allocations = 1;
  EXPECT_EQ(upkeep_->KeepReserve().code(), Code::kNoSpace);
  EXPECT_FALSE(Exists("segments/.reserve"));
}

}  // namespace
}  // namespace borealis::storage::local
