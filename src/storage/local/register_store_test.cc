// The file format of registers, and swaps whose disk fails.
#include "storage/local/register_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/local/testing.h"

namespace borealis::storage::local {
namespace {

TEST(RegisterFormatTest, WhatIsEncodedIsDecoded) {
  for (const std::string_view text : {"", "x", "a longer value"}) {
    const Bytes file = EncodeRegister("chain", 7, AsBytes(text));
    const Result<RegisterValue> value = DecodeRegister("chain", file);
    ASSERT_TRUE(value.ok()) << value.status().ToString();
    EXPECT_EQ(value->version, 7u);
    EXPECT_EQ(AsText(value->value), text);
  }
}

TEST(RegisterFormatTest, EveryFlippedBitIsNoticed) {
  const Bytes file = EncodeRegister("chain", 7, AsBytes("value"));
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes bad = file;
    bad[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_FALSE(DecodeRegister("chain", bad).ok()) << "bit " << bit;
  }
}

TEST(RegisterFormatTest, EveryTruncationAndExtensionIsNoticed) {
  Bytes file = EncodeRegister("chain", 7, AsBytes("value"));
  for (size_t size = 0; size < file.size(); ++size) {
    const Result<RegisterValue> value = DecodeRegister("chain", ByteView(file).first(size));
    ASSERT_FALSE(value.ok());
    EXPECT_EQ(value.status().code(), Code::kCorruption);
  }
  file.push_back(std::byte{0});
  EXPECT_FALSE(DecodeRegister("chain", file).ok());
}

TEST(RegisterFormatTest, FileOfAnotherRegisterIsNoticed) {
  EXPECT_FALSE(DecodeRegister("chain", EncodeRegister("chaim", 7, AsBytes("value"))).ok());
}

TEST(RegisterFormatTest, NewerFormatIsUnsupportedAndNotCorrupt) {
  Bytes file = EncodeRegister("chain", 7, AsBytes("value"));
  file[4] = std::byte{2};
  EXPECT_EQ(DecodeRegister("chain", file).status().code(), Code::kUnsupported);
}

class RegisterStoreTest : public ::testing::Test {
 protected:
  RegisterStoreTest() {
    LocalOptions options = TestOptions();
    options.file_ops = &ops_;
    CHECK_OK(LocalBackend::Create(directory_.Volume(), options));
    backend_ = AttachOrDie(directory_.Volume(), options);
    const Result<uint64_t> version = backend_->SwapRegister("r", 0, AsBytes("old"));
    CHECK_OK(version);
    version_ = *version;
  }
  Status Swap(std::string_view value) {
    return ToStatus(backend_->SwapRegister("r", version_, AsBytes(value)));
  }
  std::string Read() {
    const Result<RegisterValue> value = backend_->ReadRegister("r");
    return value.ok() ? std::string(AsText(value->value)) : value.status().ToString();
  }
  std::string File() const { return directory_.Volume() + "/registers/r"; }

  TestDirectory directory_;
  FailingFileOps ops_;
  std::unique_ptr<LocalBackend> backend_;
  uint64_t version_ = 0;
};

TEST_F(RegisterStoreTest, FullDiskLeavesTheOldValue) {
  ops_.write_error = ENOSPC;
  ops_.failing_writes = 1;
  EXPECT_EQ(Swap("new").code(), Code::kNoSpace);
  EXPECT_EQ(Read(), "old");
  EXPECT_TRUE(Swap("new").ok());
  EXPECT_EQ(Read(), "new");
}

TEST_F(RegisterStoreTest, FailedSyncOfTheNewFileLeavesTheOldValue) {
  ops_.failing_syncs = 1;
  EXPECT_EQ(Swap("new").code(), Code::kIo);
  EXPECT_EQ(Read(), "old");
  EXPECT_TRUE(Swap("new").ok());
}

TEST_F(RegisterStoreTest, FailedSyncOfTheDirectoryIsUnknownUntilItIsMadeGood) {
  ops_.failing_syncs = 2;
  ops_.short_writes = 0;
  // The first failure would hit the new file: let that one pass.
  class SecondSyncFails : public FailingFileOps {
   public:
    int Fsync(int fd) override {
      if (--left_ > 0) return FailingFileOps::Fsync(fd);
      if (left_ > -2) {  // twice: the swap's own, and the next reader's attempt to make it good
        errno = EIO;
        return -1;
      }
      return FailingFileOps::Fsync(fd);
    }

   private:
    std::atomic<int> left_{2};
  } ops;
  LocalOptions options = TestOptions();
  options.file_ops = &ops;
  const auto other = AttachOrDie(directory_.Volume(), options);
  EXPECT_EQ(other->SwapRegister("r", version_, AsBytes("new")).status().code(), Code::kUnknown);
  ops_.failing_syncs = 0;
  EXPECT_EQ(other->ReadRegister("r").status().code(), Code::kIo);  // not durable: not shown
  EXPECT_EQ(Read(), "new");
}

TEST_F(RegisterStoreTest, TornFileIsCorruptionWithItsPath) {
  std::filesystem::resize_file(File(), 10);
  const Result<RegisterValue> value = backend_->ReadRegister("r");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.status().code(), Code::kCorruption);
  EXPECT_NE(value.status().message().find(File()), std::string::npos);
  EXPECT_EQ(Swap("new").code(), Code::kCorruption);  // nothing is repaired by guessing
}

TEST_F(RegisterStoreTest, TornFileDoesNotKeepTheVolumeFromAttaching) {
  std::ofstream(directory_.Volume() + "/registers/other") << "garbage";
  backend_.reset();
  backend_ = AttachOrDie(directory_.Volume(), TestOptions());
  EXPECT_EQ(Read(), "old");
  EXPECT_EQ(backend_->ReadRegister("other").status().code(), Code::kCorruption);
}

TEST_F(RegisterStoreTest, NamesThatStartWithADotAreNames) {
  for (const std::string name : {".", "..", ".tmp-register", ".highest"}) {
    const Result<uint64_t> version = backend_->SwapRegister(name, 0, AsBytes(name));
    ASSERT_TRUE(version.ok()) << version.status().ToString();
    EXPECT_EQ(AsText(backend_->ReadRegister(name)->value), name);
  }
  EXPECT_EQ(*backend_->ListRegisters("."),
            (std::vector<std::string>{".", "..", ".highest", ".tmp-register"}));
}

}  // namespace
}  // namespace borealis::storage::local
