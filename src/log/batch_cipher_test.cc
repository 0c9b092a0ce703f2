#include "log/batch_cipher.h"

#include <gtest/gtest.h>

#include <cstring>

#include "log/batch_builder.h"
#include "log/encrypted_volume_testing.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using testing::EncryptedVolume;
using testing::TextRecord;

constexpr storage::SegmentRef kSegment = {{5}, {9}};
constexpr uint64_t kOffset = 4096;
constexpr std::string_view kMarker = "a row that nobody may see";

// What someone who can write to the medium can do about the checksums, which are no secret.
void MakeChecksumsRight(Bytes& batch, const BatchSeeds& seeds, uint64_t offset) {
  const auto put = [&](size_t at, uint64_t value) { std::memcpy(&batch[at], &value, 8); };
  const uint64_t seed = seeds.At(offset);
  put(48, Hash64(ByteView(batch).subspan(kBatchHeaderBytes), 0) ^ seed);
  put(0, Hash64(ByteView(batch).subspan(8, kBatchHeaderBytes - 8), seed));
}

class BatchCipherTest : public ::testing::TestWithParam<bool> {
 protected:
  Bytes Build(std::string_view text = kMarker, uint64_t offset = kOffset) {
    BatchBuilder builder(GetParam(), 64 << 10, &cipher_);
    builder.Start();
    for (uint64_t i = 0; i < 3; ++i) EXPECT_TRUE(builder.Add(TextRecord(text, 100 + i)));
    Record chunked = TextRecord("", 200);
    chunked.flags = kFlagChunked;
    chunked.chunks = {{{{3}, 512, 0}, 10}};
    EXPECT_TRUE(builder.Add(chunked));
    builder.Finish();
    const ByteView batch = builder.Place(seeds_, {.offset = offset, .durable_end = offset});
    return {batch.begin(), batch.end()};
  }
  Status Open(const Bytes& batch, uint64_t offset, std::vector<Record>* out = nullptr,
              Bytes* backing = nullptr) {
    BatchHeader header;
    const BatchFault fault = DecodeBatch(batch, seeds_, offset, header);
    if (fault != BatchFault::kNone) return {Code::kIo, BatchFaultName(fault)};
    ASSIGN_OR_RETURN(Bytes records, cipher_.Open(batch, header, seeds_, offset));
    RecordCursor cursor = RecordCursor::Opened(header, records);
    while (!cursor.done()) {
      Record record;
      RETURN_IF_ERROR(cursor.Next(record));
      if (out != nullptr) out->push_back(record);
    }
    RETURN_IF_ERROR(cursor.CheckRest());
    if (backing != nullptr) *backing = std::move(records);
    return {};
  }

  EncryptedVolume volume_;
  BatchCipher cipher_{*volume_.keys, volume_.identity.volume};
  const BatchSeeds seeds_{volume_.identity.volume, kSegment, GetParam(), true};
};
INSTANTIATE_TEST_SUITE_P(Kinds, BatchCipherTest, ::testing::Bool(), [](const auto& info) {
  return info.param ? std::string("positioned") : std::string("floating");
});

TEST_P(BatchCipherTest, NothingSecretCanBeReadAndEverythingComesBack) {
  const Bytes batch = Build();
  EXPECT_EQ(AsText(batch).find(kMarker), std::string_view::npos);
  std::vector<Record> records;
  Bytes backing;
  ASSERT_TRUE(Open(batch, kOffset, &records, &backing).ok());
  ASSERT_EQ(records.size(), 4u);
  for (size_t i = 0; i < 3; ++i) {
    const Record expected = TextRecord(kMarker, 100 + i);
    EXPECT_EQ(AsText(records[i].payload), kMarker);
    EXPECT_EQ(records[i].keys, expected.keys);
    EXPECT_EQ(records[i].payload_hash, expected.payload_hash);
    // Neither may a hash of it be seen, which a guess could be held against.
    const auto seen = [&](uint64_t value) {
      return AsText(batch).find(AsText(std::as_bytes(std::span(&value, 1))));
    };
    EXPECT_EQ(seen(expected.payload_hash), std::string_view::npos);
  }
}

TEST_P(BatchCipherTest, WhoHasNoKeyCanCheckAndCount) {
  const Bytes batch = Build();
  BatchHeader header;
  ASSERT_EQ(DecodeBatch(batch, seeds_, kOffset, header), BatchFault::kNone);
  RecordCursor cursor(header, ByteView(batch).subspan(kBatchHeaderBytes));
  Record record;
  for (uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(cursor.Next(record).ok());
    EXPECT_EQ(record.request.value, 100 + i);
    EXPECT_EQ(record.payload.size(), kMarker.size());
    EXPECT_TRUE(record.keys.empty());
  }
  ASSERT_TRUE(cursor.Next(record).ok());
  ASSERT_EQ(record.chunks.size(), 1u);
  EXPECT_EQ(record.chunks[0].position.segment, SegmentId{3});
  EXPECT_TRUE(cursor.CheckRest().ok());
}

TEST_P(BatchCipherTest, EveryChangedBitIsNoticedThoughAllChecksumsAreRight) {
  const Bytes good = Build();
  for (size_t bit = 64; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    MakeChecksumsRight(bad, seeds_, kOffset);
    if (bad == good) continue;  // the checksum itself
    EXPECT_FALSE(Open(bad, kOffset).ok()) << "bit " << bit;
  }
}

TEST_P(BatchCipherTest, AMovedBatchIsNoticedThoughAllChecksumsAreRight) {
  Bytes batch = Build();
  const BatchSeeds elsewhere(volume_.identity.volume, {{6}, {9}}, GetParam(), true);
  const uint64_t segment = 6;
  std::memcpy(&batch[24], &segment, 8);
  MakeChecksumsRight(batch, elsewhere, kOffset);
  BatchHeader header;
  ASSERT_EQ(DecodeBatch(batch, elsewhere, kOffset, header), BatchFault::kNone);
  EXPECT_EQ(cipher_.Open(batch, header, elsewhere, kOffset).status().code(), Code::kCorruption);
  if (!GetParam()) return;
  Bytes moved = Build();
  MakeChecksumsRight(moved, seeds_, 2 * kOffset);
  EXPECT_EQ(Open(moved, 2 * kOffset).code(), Code::kCorruption);
}

TEST_P(BatchCipherTest, ABatchIsNeverEncryptedTwiceUnderOneNonce) {
  const Bytes one = Build();
  const Bytes two = Build();
  const auto seal = [](const Bytes& batch) {
    return Bytes(batch.begin() + kBatchHeaderBytes, batch.begin() + kBatchHeaderBytes + 32);
  };
  EXPECT_NE(seal(one), seal(two));
  // Tried again at another place it is the same message, so it may have the same nonce.
  BatchBuilder builder(GetParam(), 64 << 10, &cipher_);
  builder.Start();
  ASSERT_TRUE(builder.Add(TextRecord(kMarker, 1)));
  builder.Finish();
  const auto placed_at = [&](uint64_t offset) {
    const ByteView batch = builder.Place(seeds_, {.offset = offset, .durable_end = 0});
    return Bytes(batch.begin(), batch.end());
  };
  const Bytes first = placed_at(kOffset);
  const Bytes again = placed_at(2 * kOffset);
  EXPECT_TRUE(std::equal(first.begin() + kBatchHeaderBytes, first.end(),
                         again.begin() + kBatchHeaderBytes));
  EXPECT_TRUE(Open(first, kOffset).ok());
  EXPECT_TRUE(Open(again, 2 * kOffset).ok());
}

TEST_P(BatchCipherTest, APlainBatchCountsForNothingInAnEncryptedVolumeNorTheOtherWayRound) {
  BatchBuilder plain(GetParam(), 64 << 10, nullptr);
  plain.Start();
  ASSERT_TRUE(plain.Add(TextRecord("slipped in", 1)));
  plain.Finish();
  BatchHeader header;
  EXPECT_EQ(DecodeBatch(plain.Place(seeds_, {.offset = kOffset}), seeds_, kOffset, header),
            BatchFault::kInconsistent);
  const BatchSeeds plain_seeds(volume_.identity.volume, kSegment, GetParam(), false);
  EXPECT_EQ(DecodeBatch(Build(), plain_seeds, kOffset, header), BatchFault::kInconsistent);
}

}  // namespace
}  // namespace borealis::log
