// Claims about record bytes: what is encoded decodes to the same, what decodes is the one encoding,
// every flipped bit and every cut is noticed, and no input makes the decoder misbehave.
#include "model/record_codec.h"

#include <gtest/gtest.h>

#include "model/random_record.h"

namespace borealis {
namespace {

using testing::RandomBytes;
using testing::RandomKeys;
using testing::RandomRecord;
using testing::RandomRefs;
using testing::SameRecord;

Bytes Encode(const Record& record) {
  Bytes bytes(EncodedRecordBytes(record));
  EncodeRecord(record, bytes);
  return bytes;
}

void ExpectRoundTrip(const Record& record) {
  const Bytes bytes = Encode(record);
  EXPECT_EQ(bytes.size() % 8, 0u);
  Bytes longer = bytes;
  longer.resize(bytes.size() + 64, std::byte{0x5a});  // the next record's bytes are left alone
  Record decoded;
  const Result<size_t> length = DecodeRecord(longer, decoded);
  ASSERT_TRUE(length.ok()) << length.status().ToString();
  EXPECT_EQ(*length, bytes.size());
  EXPECT_TRUE(SameRecord(record, decoded));
  EXPECT_EQ(Encode(decoded), bytes);
}

TEST(RecordCodecTest, RandomRecordsRoundTrip) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    ExpectRoundTrip(RandomRecord(random, 40, 300));
  }
}

TEST(RecordCodecTest, ChunkedRecordsRoundTrip) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Record record = RandomRecord(random, 10, 0);
    record.flags |= kFlagChunked;
    record.chunks = RandomRefs(random, 1 + random() % 20);
    record.payload_hash = random();
    if (random() % 2 == 0) {
      record.flags |= kFlagKeysChunked;
      record.keys.clear();
      record.key_chunks = RandomRefs(random, 1 + random() % 5);
    }
    ExpectRoundTrip(record);
  }
}

TEST(RecordCodecTest, KeyBlockTakesTwoBitsPerType) {
  EXPECT_EQ(EncodedKeyBytes(0), 0u);
  EXPECT_EQ(EncodedKeyBytes(1), 16u);
  EXPECT_EQ(EncodedKeyBytes(32), 32u * 8 + 8);
  EXPECT_EQ(EncodedKeyBytes(33), 33u * 8 + 16);
}

TEST(RecordCodecTest, TheBytesAreTheSameInEveryBuild) {
  // A change here is a new format version.
  std::mt19937_64 random(2024);
  Record record = RandomRecord(random, 9, 61);
  record.type = RecordType::kWriteSet;
  EXPECT_EQ(Hash64(Encode(record), 0), 1048497218076973481u);
  record.flags |= kFlagChunked | kFlagKeysChunked;
  record.chunks = RandomRefs(random, 3);
  record.key_chunks = RandomRefs(random, 2);
  EXPECT_EQ(Hash64(Encode(record), 0), 4418715167108965694u);
  EXPECT_EQ(Hash64(EncodeKeyChunk(record.keys), 0), 1217276768447501228u);
}

TEST(RecordCodecTest, EveryFlippedBitIsNoticed) {
  std::mt19937_64 random(7);
  const Bytes good = Encode(RandomRecord(random, 9, 61));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    Record decoded;
    EXPECT_FALSE(DecodeRecord(bad, decoded).ok()) << "bit " << bit;
  }
}

TEST(RecordCodecTest, EveryCutIsNoticed) {
  std::mt19937_64 random(8);
  const Bytes good = Encode(RandomRecord(random, 9, 61));
  for (size_t size = 0; size < good.size(); ++size) {
    Record decoded;
    EXPECT_EQ(DecodeRecord(ByteView(good).first(size), decoded).status().code(), Code::kCorruption);
  }
}

TEST(RecordCodecTest, CountsThatOverstateTheInputAllocateNothing) {
  Bytes bytes(kRecordHeaderBytes);
  const uint32_t length = kRecordHeaderBytes;
  std::memcpy(bytes.data(), &length, 4);
  for (const size_t at : {20u, 24u, 28u}) {
    Bytes bad = bytes;
    const uint32_t huge = UINT32_MAX;
    std::memcpy(bad.data() + at, &huge, 4);
    Record decoded;
    EXPECT_EQ(DecodeRecord(bad, decoded).status().code(), Code::kCorruption);
    EXPECT_EQ(decoded.keys.capacity() + decoded.chunks.capacity(), 0u);
  }
}

TEST(RecordCodecTest, UnknownTypesAndFlagsAreUnsupportedNotCorrupt) {
  // Bytes as newer software would write them: all checksums right.
  for (const size_t at : {size_t{4}, size_t{16}}) {
    std::mt19937_64 random(9);
    Bytes bytes = Encode(RandomRecord(random, 3, 0));
    bytes[at] = std::byte{0xf0};
    uint64_t first = 0;
    std::memcpy(&first, bytes.data(), 8);
    const uint64_t checksum = Hash64(ByteView(bytes).subspan(16), kRecordSeed ^ first);
    std::memcpy(bytes.data() + 8, &checksum, 8);
    Record decoded;
    EXPECT_EQ(DecodeRecord(bytes, decoded).status().code(), Code::kUnsupported) << at;
  }
}

TEST(RecordCodecTest, RandomAndMutatedBytesNeverCrash) {
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    std::mt19937_64 random(seed);
    Bytes bytes =
        seed % 2 == 0 ? RandomBytes(random, random() % 300) : Encode(RandomRecord(random, 5, 60));
    for (size_t i = 0; i < random() % 4 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    Record decoded;
    const Result<size_t> length = DecodeRecord(bytes, decoded);
    if (length.ok()) {
      EXPECT_EQ(Encode(decoded), Bytes(bytes.begin(), bytes.begin() + static_cast<long>(*length)));
    }
  }
}

TEST(KeyChunkTest, KeysRoundTripInOrder) {
  for (size_t count = 0; count < 70; ++count) {
    std::mt19937_64 random(count);
    const std::vector<Key> first = RandomKeys(random, count);
    const std::vector<Key> second = RandomKeys(random, 5);
    std::vector<Key> decoded;
    ASSERT_TRUE(DecodeKeyChunk(EncodeKeyChunk(first), decoded).ok());
    ASSERT_TRUE(DecodeKeyChunk(EncodeKeyChunk(second), decoded).ok());
    std::vector<Key> expected = first;
    expected.insert(expected.end(), second.begin(), second.end());
    EXPECT_EQ(decoded, expected);
  }
}

TEST(KeyChunkTest, AWrongCountIsRefused) {
  std::mt19937_64 random(1);
  Bytes bytes = EncodeKeyChunk(RandomKeys(random, 5));
  std::vector<Key> keys;
  for (const uint32_t count : {0u, 4u, 6u, UINT32_MAX}) {
    std::memcpy(bytes.data(), &count, 4);
    EXPECT_FALSE(DecodeKeyChunk(bytes, keys).ok()) << count;
  }
}

}  // namespace
}  // namespace borealis
