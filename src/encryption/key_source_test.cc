#include "encryption/key_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace borealis::encryption {
namespace {

const std::string kKey = "0123456789abcdef0123456789abcdef";

class KeySourceTest : public ::testing::Test {
 protected:
  KeySourceTest() : path_(::testing::TempDir() + "key." + std::to_string(getpid())) {}
  ~KeySourceTest() override { unlink(path_.c_str()); }
  KeySource File(const std::string& content, mode_t mode = 0600) {
    std::ofstream(path_) << content;
    chmod(path_.c_str(), mode);
    return {path_, ""};
  }
  const std::string path_;
};

TEST_F(KeySourceTest, AFileAndACommandGiveTheSameKeyWithOrWithoutALineEnd) {
  const uint64_t wanted = MasterKeyOf(AsBytes(kKey)).fingerprint;
  EXPECT_EQ(FetchMasterKey(File(kKey))->fingerprint, wanted);
  EXPECT_EQ(FetchMasterKey(File(kKey + "\r\n"))->fingerprint, wanted);
  EXPECT_EQ(FetchMasterKey(File(kKey, 0440))->fingerprint, wanted);
  EXPECT_EQ(FetchMasterKey({"", "echo " + kKey})->fingerprint, wanted);
  EXPECT_NE(FetchMasterKey({"", "echo x" + kKey})->fingerprint, wanted);
}

TEST_F(KeySourceTest, WhatCanNotBeAKeyIsRefusedWithTheReason) {
  const auto refused = [](const KeySource& source) {
    const Status status = FetchMasterKey(source).status();
    EXPECT_EQ(status.message().find(kKey), std::string::npos);  // never shown
    return status.code();
  };
  EXPECT_EQ(refused({}), Code::kInvalidArgument);
  EXPECT_EQ(refused({path_, "echo " + kKey}), Code::kInvalidArgument);
  EXPECT_EQ(refused({path_, ""}), Code::kNotFound);
  EXPECT_EQ(refused(File("short\n")), Code::kInvalidArgument);
  EXPECT_EQ(refused(File(std::string(kMasterBytesMax + 1, 'k'))), Code::kInvalidArgument);
  EXPECT_EQ(refused(File(std::string(kMasterBytesMax * 2, 'k'))), Code::kInvalidArgument);
  EXPECT_EQ(refused(File(kKey, 0604)), Code::kInvalidArgument);
  EXPECT_EQ(refused({::testing::TempDir(), ""}), Code::kInvalidArgument);
  EXPECT_EQ(refused({"", "true"}), Code::kInvalidArgument);
}

TEST_F(KeySourceTest, ACommandThatFailsOrHangsGivesNoKey) {
  EXPECT_EQ(FetchMasterKey({"", "echo " + kKey + "; exit 3"}).status().message(),
            "the key command failed with exit code 3");
  EXPECT_EQ(FetchMasterKey({"", "kill -9 $$"}).status().message(),
            "the key command was ended by signal 9");
  // With what it started: a child that holds the pipe open does not hold us.
  EXPECT_EQ(FetchMasterKey({"", "sleep 60 & sleep 60"}, 50).status().code(), Code::kTimeout);
}

TEST_F(KeySourceTest, TheCommandItselfIsNotShown) {
  EXPECT_EQ((KeySource{"", "vault --password=secret"}).Describe(), "the key command");
}

}  // namespace
}  // namespace borealis::encryption
