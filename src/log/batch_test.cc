// Claims about batches: every flipped bit is noticed, and a batch is alive in one place only.
#include "log/batch.h"

#include <gtest/gtest.h>

#include "log/batch_builder.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using storage::AppendPlace;
using testing::TextRecord;

const Uuid kVolume = Uuid::FromRandom(1, 2);
constexpr storage::SegmentRef kSegment = {{5}, {9}};

Bytes Build(const BatchSeeds& seeds, uint64_t offset, size_t records, uint64_t watermark = 0) {
  BatchBuilder builder(seeds.positioned(), 1 << 20, nullptr);
  builder.Start();
  for (size_t i = 0; i < records; ++i) {
    EXPECT_TRUE(builder.Add(TextRecord("payload " + std::to_string(i), i + 1)));
  }
  builder.Finish();
  const ByteView batch = builder.Place(seeds, {.offset = offset, .durable_end = watermark});
  EXPECT_EQ(batch.size(), builder.total_bytes());
  return {batch.begin(), batch.end()};
}

class BatchTest : public ::testing::TestWithParam<bool> {
 protected:
  const BatchSeeds seeds_{kVolume, kSegment, GetParam(), false};
  const uint64_t offset_ = GetParam() ? 4096 : AppendPlace::kFloating;
};

INSTANTIATE_TEST_SUITE_P(Places, BatchTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Positioned" : "Floating"; });

TEST_P(BatchTest, RecordsComeBackInOrder) {
  const Bytes bytes = Build(seeds_, offset_, 5, 512);
  BatchHeader header;
  ASSERT_EQ(DecodeBatch(bytes, seeds_, offset_, header), BatchFault::kNone);
  EXPECT_EQ(header.total_bytes(), bytes.size());
  EXPECT_EQ(header.record_count, 5u);
  EXPECT_EQ(header.durable_watermark, 512u);
  RecordCursor cursor(header, ByteView(bytes).subspan(kBatchHeaderBytes));
  for (uint64_t i = 0; i < 5; ++i) {
    Record record;
    ASSERT_FALSE(cursor.done());
    ASSERT_TRUE(cursor.Next(record).ok());
    EXPECT_EQ(record.request.value, i + 1);
  }
  EXPECT_TRUE(cursor.done());
  EXPECT_TRUE(cursor.CheckRest().ok());
}

TEST_P(BatchTest, PositionedBatchesFillWholeSectorsFloatingOnesDoNot) {
  const size_t unit = GetParam() ? kSectorBytes : 8;
  for (size_t records = 0; records < 30; ++records) {
    const Bytes bytes = Build(seeds_, offset_, records);
    EXPECT_EQ(bytes.size() % unit, 0u);
    if (records == 0) {
      EXPECT_EQ(bytes.size(), GetParam() ? kSectorBytes : kBatchHeaderBytes);
    }
  }
}

TEST_P(BatchTest, EveryFlippedBitOfHeaderBodyAndPaddingIsNoticed) {
  const Bytes good = Build(seeds_, offset_, 3);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    BatchHeader header;
    EXPECT_NE(DecodeBatch(bad, seeds_, offset_, header), BatchFault::kNone) << "bit " << bit;
  }
}

TEST_P(BatchTest, EveryCutIsNoticed) {
  const Bytes good = Build(seeds_, offset_, 3);
  for (size_t size = 0; size < good.size(); ++size) {
    BatchHeader header;
    EXPECT_EQ(DecodeBatch(ByteView(good).first(size), seeds_, offset_, header), BatchFault::kShort);
  }
}

TEST_P(BatchTest, ABatchIsDeadInAnotherVolumeSegmentEpochOrPlace) {
  const Bytes bytes = Build(seeds_, offset_, 2);
  BatchHeader header;
  const auto dead = [&](const BatchSeeds& seeds, uint64_t offset) {
    return DecodeBatch(bytes, seeds, offset, header) == BatchFault::kHeader;
  };
  const bool positioned = GetParam();
  EXPECT_TRUE(dead({Uuid::FromRandom(1, 3), kSegment, positioned, false}, offset_));
  EXPECT_TRUE(dead({kVolume, {{6}, {9}}, positioned, false}, offset_));
  EXPECT_TRUE(dead({kVolume, {{5}, {10}}, positioned, false}, offset_));
  if (positioned) {
    EXPECT_TRUE(dead(seeds_, offset_ + kSectorBytes));
    EXPECT_TRUE(dead(seeds_, 0));
  }
}

TEST_P(BatchTest, OneBuiltBatchCanBePlacedAgain) {
  BatchBuilder builder(GetParam(), 1 << 20, nullptr);
  builder.Start();
  ASSERT_TRUE(builder.Add(TextRecord("again", 1)));
  builder.Finish();
  for (const uint64_t epoch : {1u, 2u, 3u}) {
    const BatchSeeds seeds(kVolume, {{epoch}, {epoch}}, GetParam(), false);
    BatchHeader header;
    EXPECT_EQ(DecodeBatch(builder.Place(seeds, {.offset = offset_}), seeds, offset_, header),
              BatchFault::kNone);
  }
}

TEST(BatchBuilderTest, TheBytesAreTheSameInEveryBuild) {
  // A change here is a new format version.
  EXPECT_EQ(Hash64(Build(BatchSeeds(kVolume, kSegment, true, false), 4096, 3, 512), 0),
            1153641933892205435u);
  EXPECT_EQ(
      Hash64(Build(BatchSeeds(kVolume, kSegment, false, false), AppendPlace::kFloating, 3), 0),
      8395525672501974924u);
}

TEST(BatchBuilderTest, ARecordThatDoesNotFitLeavesTheBatchAsItIs) {
  BatchBuilder builder(true, 1024, nullptr);
  builder.Start();
  size_t added = 0;
  while (builder.Add(TextRecord(std::string(100, 'x'), added + 1))) ++added;
  EXPECT_GT(added, 2u);
  builder.Finish();
  EXPECT_EQ(builder.total_bytes(), 1024u);
  EXPECT_EQ(builder.record_count(), added);
}

TEST(BatchBuilderTest, APlaceInsideASectorIsDeclined) {
  BatchBuilder builder(true, 1024, nullptr);
  builder.Start();
  builder.Finish();
  EXPECT_TRUE(builder.Place(BatchSeeds(kVolume, kSegment, true, false), {.offset = 100}).empty());
}

TEST(BatchTest, ZerosAreToldFromDamage) {
  const BatchSeeds seeds(kVolume, kSegment, true, false);
  BatchHeader header;
  Bytes bytes(512);
  EXPECT_EQ(DecodeBatch(bytes, seeds, 0, header), BatchFault::kZero);
  bytes[63] = std::byte{1};
  EXPECT_EQ(DecodeBatch(bytes, seeds, 0, header), BatchFault::kHeader);
}

TEST(BatchTest, ANewerFormatVersionIsUnsupportedNotDamage) {
  const BatchSeeds seeds(kVolume, kSegment, true, false);
  Bytes bytes = Build(seeds, 0, 1);
  bytes[12] = std::byte{2};
  const uint64_t checksum = Hash64(ByteView(bytes).subspan(8, 56), seeds.At(0));
  std::memcpy(bytes.data(), &checksum, 8);
  BatchHeader header;
  EXPECT_EQ(DecodeBatch(bytes, seeds, 0, header), BatchFault::kUnsupported);
}

}  // namespace
}  // namespace borealis::log
