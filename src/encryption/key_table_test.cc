#include "encryption/key_table.h"

#include <gtest/gtest.h>

namespace borealis::encryption {
namespace {

const Uuid kVolume = Uuid::FromRandom(1, 2);

MasterKey Master(char c) { return MasterKeyOf(Bytes(32, static_cast<std::byte>(c))); }

TEST(KeyTableTest, WhatIsEncodedDecodes) {
  KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  ASSERT_TRUE(AddDataKey(table, Master('a'), 6).ok());
  ASSERT_TRUE(AddMaster(table, Master('a'), Master('b')).ok());
  const Bytes bytes = EncodeKeyTable(table);
  const auto decoded = DecodeKeyTable(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, table);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes bad = bytes;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    EXPECT_FALSE(DecodeKeyTable(bad).ok()) << bit;
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeKeyTable(ByteView(bytes).first(size)).ok());
  }
}

TEST(KeyTableTest, TheDataKeyIsNowhereInIt) {
  const KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  const Secret key = *UnwrapKey(table, table.keys[0], Master('a'));
  const Bytes bytes = EncodeKeyTable(table);
  EXPECT_EQ(AsText(bytes).find(AsText(key.bytes())), std::string_view::npos);
}

TEST(KeyTableTest, AnotherMasterOpensNothingAndTheMessageSaysBothFingerprints) {
  const KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  const Status status = UnwrapKey(table, table.keys[0], Master('b')).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find(FormatFingerprint(Master('a').fingerprint)), std::string::npos);
  EXPECT_NE(status.message().find(FormatFingerprint(Master('b').fingerprint)), std::string::npos);
}

TEST(KeyTableTest, AWrappedKeyDoesNotOpenAsAnotherNumberOrVolume) {
  KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  ASSERT_TRUE(AddDataKey(table, Master('a'), 6).ok());
  std::swap(table.keys[0].boxes, table.keys[1].boxes);
  EXPECT_EQ(UnwrapKey(table, table.keys[0], Master('a')).status().code(), Code::kCorruption);
  KeyTable moved = MakeKeyTable(kVolume, Master('a'), 5);
  moved.volume = Uuid::FromRandom(1, 3);
  EXPECT_EQ(UnwrapKey(moved, moved.keys[0], Master('a')).status().code(), Code::kCorruption);
}

TEST(KeyTableTest, RotationKeepsTheDataKeys) {
  KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  ASSERT_TRUE(AddDataKey(table, Master('a'), 6).ok());
  const Secret first = *UnwrapKey(table, table.keys[0], Master('a'));
  ASSERT_TRUE(AddMaster(table, Master('a'), Master('b')).ok());
  for (const char master : {'a', 'b'}) {
    const auto opened = UnwrapKey(table, table.keys[0], Master(master));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(AsText(opened->bytes()), AsText(first.bytes()));
  }
  ASSERT_TRUE(KeepOnly(table, Master('b')).ok());
  EXPECT_FALSE(UnwrapKey(table, table.keys[0], Master('a')).ok());
  EXPECT_EQ(AsText(UnwrapKey(table, table.keys[0], Master('b'))->bytes()), AsText(first.bytes()));
  EXPECT_TRUE(DecodeKeyTable(EncodeKeyTable(table)).ok());
}

TEST(KeyTableTest, WhoHasNoMasterChangesNothing) {
  KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  const KeyTable before = table;
  EXPECT_EQ(AddMaster(table, Master('b'), Master('c')).code(), Code::kInvalidArgument);
  EXPECT_EQ(KeepOnly(table, Master('b')).code(), Code::kInvalidArgument);
  EXPECT_EQ(AddDataKey(table, Master('b'), 6).code(), Code::kInvalidArgument);
  EXPECT_EQ(table, before);
}

TEST(KeyTableTest, NoNewDataKeyWhileItCouldNotBeWrappedForEveryMaster) {
  KeyTable table = MakeKeyTable(kVolume, Master('a'), 5);
  ASSERT_TRUE(AddMaster(table, Master('a'), Master('b')).ok());
  EXPECT_EQ(AddDataKey(table, Master('b'), 6).code(), Code::kInvalidArgument);
  ASSERT_TRUE(KeepOnly(table, Master('b')).ok());
  ASSERT_TRUE(AddDataKey(table, Master('b'), 6).ok());
  EXPECT_EQ(table.keys.back().number, 2u);
}

TEST(KeyTableTest, ANewerRegisterIsUnsupportedAndNotDamaged) {
  Bytes bytes = EncodeKeyTable(MakeKeyTable(kVolume, Master('a'), 5));
  bytes[4] = std::byte{2};
  EXPECT_EQ(DecodeKeyTable(bytes).status().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace borealis::encryption
