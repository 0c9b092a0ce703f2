#include "log/member_position.h"

#include <gtest/gtest.h>

namespace borealis::log {
namespace {

MemberPosition Example() { return {{77}, {{3}, 4096, 2}, 1'700'000'000'000'000, "n1", "h:3306"}; }

TEST(MemberPositionTest, WhatIsWrittenIsRead) {
  const auto read = DecodeMemberPosition(EncodeMemberPosition(Example()));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, Example());
}

TEST(MemberPositionTest, EveryDamagedByteAndEveryCutShows) {
  const Bytes good = EncodeMemberPosition(Example());
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{1};
    EXPECT_FALSE(DecodeMemberPosition(bad).ok()) << i;
    EXPECT_FALSE(DecodeMemberPosition(ByteView(good).first(i)).ok()) << i;
  }
}

TEST(MemberPositionTest, LongNamesAreCut) {
  MemberPosition position = Example();
  position.name = std::string(1000, 'n');
  const auto read = DecodeMemberPosition(EncodeMemberPosition(position));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->name.size(), kMemberPositionTextMax);
}

}  // namespace
}  // namespace borealis::log
