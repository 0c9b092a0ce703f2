#include "node/slots.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_backend.h"

namespace borealis::node {
namespace {

class SlotsTest : public ::testing::Test {
 protected:
  std::shared_ptr<storage::MemoryVolume> volume_ = storage::MemoryVolume::Create({});
  std::unique_ptr<storage::MemoryBackend> backend_ = volume_->Attach();
};

TEST_F(SlotsTest, ANodeKeepsItsSlotAndNewOnesTakeTheLowestFree) {
  EXPECT_TRUE(ReadSlots(*backend_)->empty());
  EXPECT_EQ(*TakeSlot(*backend_, "a"), Slot{1});
  EXPECT_EQ(*TakeSlot(*backend_, "b"), Slot{2});
  EXPECT_EQ(*TakeSlot(*backend_, "c"), Slot{3});
  EXPECT_EQ(*TakeSlot(*backend_, "b"), Slot{2});
  ASSERT_TRUE(FreeSlot(*backend_, "b").ok());
  EXPECT_EQ(*TakeSlot(*backend_, "c"), Slot{3});
  EXPECT_EQ(*TakeSlot(*backend_, "d"), Slot{2});
  EXPECT_EQ(*ReadSlots(*backend_), (std::vector<SlotEntry>{{{1}, "a"}, {{2}, "d"}, {{3}, "c"}}));
}

TEST_F(SlotsTest, TheSeventeenthNodeIsRefused) {
  for (int i = 0; i < kSlotMax; ++i) ASSERT_TRUE(TakeSlot(*backend_, std::to_string(i)).ok());
  EXPECT_EQ(TakeSlot(*backend_, "one-more").status().code(), Code::kUnavailable);
}

TEST_F(SlotsTest, FreeingAnUnknownNodeIsNotFound) {
  EXPECT_EQ(FreeSlot(*backend_, "a").code(), Code::kNotFound);
}

TEST(SlotsCodec, EveryFlippedBitIsNoticed) {
  const std::vector<SlotEntry> entries = {{{1}, "a"}, {{16}, "node2"}};
  const Bytes good = EncodeSlots(entries);
  EXPECT_EQ(*DecodeSlots(good), entries);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    ASSERT_FALSE(DecodeSlots(bad).ok()) << "bit " << bit;
  }
}

TEST(SlotsCodec, ImpossibleListsAreRefused) {
  for (const std::vector<SlotEntry>& entries :
       {std::vector<SlotEntry>{{{0}, "a"}}, std::vector<SlotEntry>{{{17}, "a"}},
        std::vector<SlotEntry>{{{2}, "a"}, {{1}, "b"}},
        std::vector<SlotEntry>{{{1}, "a"}, {{1}, "b"}}, std::vector<SlotEntry>{{{1}, ""}},
        std::vector<SlotEntry>{{{1}, "a"}, {{2}, "a"}}}) {
    EXPECT_EQ(DecodeSlots(EncodeSlots(entries)).status().code(), Code::kCorruption);
  }
}

}  // namespace
}  // namespace borealis::node
