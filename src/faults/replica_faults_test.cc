#include "faults/replica_faults.h"

#include <gtest/gtest.h>

namespace borealis::faults {
namespace {

TEST(ReplicaFaults, WhatNamesANodeComesBeforeWhatIsForAll) {
  ReplicaFaults faults;
  faults.Set({"", 50, 100});
  faults.Set({"b", 0, 90});
  EXPECT_EQ(faults.For("a", 10)->percent, 50);
  EXPECT_EQ(faults.For("b", 10)->percent, 0);
  EXPECT_EQ(faults.For("b", 95)->percent, 50);
  EXPECT_EQ(faults.For("a", 100), nullptr);
}

TEST(ReplicaFaults, ForAllReplacesEverythingAndZeroTakesItBack) {
  ReplicaFaults faults;
  faults.Set({"a", 10, 100});
  faults.Set({"a", 20, 100});
  EXPECT_EQ(faults.For("a", 0)->percent, 20);
  faults.Set({"", 0, 100});
  EXPECT_TRUE(faults.empty());
  faults.Set({"a", 0, 100});
  EXPECT_TRUE(faults.empty());
}

TEST(ReplicaFaults, WhatIsOverGoes) {
  ReplicaFaults faults;
  faults.Set({"a", 10, 100});
  EXPECT_FALSE(faults.Expire(99));
  EXPECT_TRUE(faults.Expire(100));
  EXPECT_TRUE(faults.empty());
}

TEST(ReplicaFaults, EncodedAndDecodedItIsTheSame) {
  ReplicaFaults faults;
  faults.Set({"", 12.5, 1'700'000'000'000'000});
  faults.Set({"node2", 100, 5});
  const auto again = ReplicaFaults::Decode(faults.Encode());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, faults);
}

TEST(ReplicaFaults, AnyDamagedByteIsNoticed) {
  ReplicaFaults faults;
  faults.Set({"node2", 100, 5});
  const Bytes good = faults.Encode();
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x41};
    EXPECT_FALSE(ReplicaFaults::Decode(bad).ok()) << i;
    EXPECT_FALSE(ReplicaFaults::Decode(ByteView(good).first(i)).ok()) << i;
  }
}

TEST(ReplicaFaults, TheNumberOfEntriesIsBounded) {
  ReplicaFaults faults;
  for (int i = 0; i < 100; ++i) faults.Set({"n" + std::to_string(i), 1, 10});
  EXPECT_TRUE(ReplicaFaults::Decode(faults.Encode()).ok());
  EXPECT_LE(faults.Encode().size(), 4096u);
}

}  // namespace
}  // namespace borealis::faults
