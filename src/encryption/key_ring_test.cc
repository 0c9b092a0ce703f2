#include "encryption/key_ring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "storage/memory/memory_backend.h"

namespace borealis::encryption {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);
const std::string kOld(32, 'o');
const std::string kNew(32, 'n');

// A volume whose key stands in a file, which a test may replace.
class KeyRingTest : public ::testing::Test {
 protected:
  KeyRingTest()
      : path_(::testing::TempDir() + "ring-key." + std::to_string(getpid())),
        volume_(storage::MemoryVolume::Create({})),
        backend_(volume_->Attach()) {
    SetFile(kOld);
    Store(MakeKeyTable(kVolume, MasterKeyOf(AsBytes(kOld)), 1));
  }
  ~KeyRingTest() override { unlink(path_.c_str()); }

  void SetFile(const std::string& key) {
    std::ofstream(path_, std::ios::trunc) << key;
    chmod(path_.c_str(), 0600);
  }
  void Store(const KeyTable& table) {
    const uint64_t version = backend_->ReadRegister(kKeysRegister)->version;
    CHECK_OK(backend_->SwapRegister(kKeysRegister, version, EncodeKeyTable(table)));
  }
  KeyTable Table() { return *ReadKeyTable(*backend_, kVolume); }
  Result<std::unique_ptr<KeyRing>> Open() {
    return KeyRing::Open(*backend_, kVolume, {path_, ""}, clock_);
  }

  const std::string path_;
  ManualClock clock_;
  std::shared_ptr<storage::MemoryVolume> volume_;
  std::unique_ptr<storage::MemoryBackend> backend_;
};

TEST_F(KeyRingTest, AMissingOrWrongKeyIsOneLineThatSaysWhatToDo) {
  const Status missing = KeyRing::Open(*backend_, kVolume, {}, clock_).status();
  EXPECT_EQ(missing.code(), Code::kInvalidArgument);
  EXPECT_NE(missing.message().find("is encrypted"), std::string::npos);
  EXPECT_NE(missing.message().find("--key-file"), std::string::npos);
  SetFile(kNew);
  const Status wrong = Open().status();
  EXPECT_EQ(wrong.code(), Code::kInvalidArgument);
  EXPECT_NE(wrong.message().find("key file " + path_), std::string::npos);
  EXPECT_EQ(wrong.message().find('\n'), std::string::npos);
}

TEST_F(KeyRingTest, AVolumeWithoutKeysIsNotEncrypted) {
  const auto plain = storage::MemoryVolume::Create({});
  EXPECT_EQ(KeyRing::Open(*plain->Attach(), kVolume, {path_, ""}, clock_).status().code(),
            Code::kNotFound);
}

TEST_F(KeyRingTest, AnotherVolumesRegisterIsRefused) {
  EXPECT_EQ(KeyRing::Open(*backend_, Uuid::FromRandom(3, 3), {path_, ""}, clock_).status().code(),
            Code::kCorruption);
}

TEST_F(KeyRingTest, AKeyThatAnotherProcessBeganIsFound) {
  const auto ring = Open();
  ASSERT_TRUE(ring.ok());
  EXPECT_EQ((*ring)->Find(2).status().code(), Code::kNotFound);
  KeyTable table = Table();
  ASSERT_TRUE(AddDataKey(table, MasterKeyOf(AsBytes(kOld)), 2).ok());
  Store(table);
  EXPECT_EQ((*ring)->Newest().number, 1u);  // not before it looks
  EXPECT_TRUE((*ring)->Find(2).ok());
  EXPECT_EQ((*ring)->Newest().number, 2u);
}

TEST_F(KeyRingTest, ARunningProcessFollowsARotationThroughItsSource) {
  const auto ring = Open();
  ASSERT_TRUE(ring.ok());
  KeyTable table = Table();
  ASSERT_TRUE(AddMaster(table, MasterKeyOf(AsBytes(kOld)), MasterKeyOf(AsBytes(kNew))).ok());
  ASSERT_TRUE(KeepOnly(table, MasterKeyOf(AsBytes(kNew))).ok());
  ASSERT_TRUE(AddDataKey(table, MasterKeyOf(AsBytes(kNew)), 2).ok());
  Store(table);
  // Its file still holds the old one: what it has serves on, the new key is out of reach.
  EXPECT_EQ((*ring)->Find(2).status().code(), Code::kInvalidArgument);
  EXPECT_TRUE((*ring)->Find(1).ok());
  SetFile(kNew);
  EXPECT_FALSE((*ring)->Find(2).ok());  // the source is not asked all the time
  clock_.AdvanceNs(KeyRing::kPauseNs);
  EXPECT_TRUE((*ring)->Find(2).ok());
}

}  // namespace
}  // namespace borealis::encryption
