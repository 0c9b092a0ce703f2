// Claims about what raw segment bytes are taken for: torn is not corrupt, corrupt is not torn, and
// the dead stay dead.
#include "log/segment_scan.h"

#include <gtest/gtest.h>

#include "log/batch_builder.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using testing::TextRecord;

const Uuid kVolume = Uuid::FromRandom(1, 2);
constexpr storage::SegmentRef kSegment = {{5}, {9}};
constexpr size_t kMediumBytes = 16 << 10;  // pre-zeroed

// A segment written batch by batch, each durable before the next unless said otherwise.
class SegmentScanTest : public ::testing::Test {
 protected:
  SegmentScanTest() : medium_(kMediumBytes) {
    entry_.segment = kSegment;
    entry_.before = {100};
  }

  void Write(size_t records, std::optional<uint64_t> watermark = {}) {
    BatchBuilder builder(true, 8192, nullptr);
    builder.Start();
    for (size_t i = 0; i < records; ++i) {
      ++written_;
      ASSERT_TRUE(builder.Add(TextRecord("payload " + std::to_string(written_), written_)));
    }
    builder.Finish();
    const ByteView batch =
        builder.Place(seeds_, {.offset = end_, .durable_end = watermark.value_or(end_)});
    std::copy(batch.begin(), batch.end(), medium_.begin() + static_cast<ptrdiff_t>(end_));
    starts_.push_back(end_);
    end_ += batch.size();
  }
  void IdleMarker() { Write(0); }

  SegmentScan Scan(uint64_t floor = 0) const {
    return ScanSegment(medium_, seeds_, entry_, floor, nullptr);
  }
  void Zero(uint64_t from, uint64_t to) {
    std::fill(medium_.begin() + static_cast<ptrdiff_t>(from),
              medium_.begin() + static_cast<ptrdiff_t>(to), std::byte{0});
  }
  void Flip(uint64_t at) { medium_[at] ^= std::byte{0x10}; }

  const BatchSeeds seeds_{kVolume, kSegment, true, false};
  ChainEntry entry_;
  Bytes medium_;
  uint64_t end_ = 0;
  uint64_t written_ = 0;
  std::vector<uint64_t> starts_;
};

TEST_F(SegmentScanTest, AnIntactSegmentEndsCleanly) {
  EXPECT_EQ(Scan().tail, SegmentTail::kClean);
  Write(3);
  Write(1);
  IdleMarker();
  const SegmentScan scan = Scan();
  EXPECT_EQ(scan.tail, SegmentTail::kClean);
  EXPECT_EQ(scan.valid_end, end_);
  EXPECT_EQ(scan.count.seqno, Seqno{104});
  EXPECT_TRUE(scan.count.ends_empty);
}

TEST_F(SegmentScanTest, AFlipInAnyByteOfAcknowledgedBatchesIsCorruptionAtItsBatch) {
  Write(3);
  Write(20);
  Write(1);
  IdleMarker();
  const uint64_t acknowledged = starts_.back();
  for (uint64_t at = 0; at < acknowledged; ++at) {
    Flip(at);
    const SegmentScan scan = Scan();
    ASSERT_EQ(scan.tail, SegmentTail::kCorrupt) << "byte " << at;
    const auto batch = std::upper_bound(starts_.begin(), starts_.end(), at) - 1;
    ASSERT_EQ(scan.valid_end, *batch);
    ASSERT_GE(scan.durable_end, acknowledged);
    Flip(at);
  }
}

TEST_F(SegmentScanTest, AFlipInTheIdleMarkerLosesNothing) {
  Write(3);
  IdleMarker();
  for (uint64_t at = starts_.back(); at < end_; ++at) {
    Flip(at);
    const SegmentScan scan = Scan();
    ASSERT_EQ(scan.tail, SegmentTail::kTorn) << "byte " << at;
    ASSERT_EQ(scan.valid_end, starts_.back());
    Flip(at);
  }
}

TEST_F(SegmentScanTest, TheLastBatchWithNothingAfterItIsTheTornTail) {
  Write(3);
  Write(20);
  for (uint64_t at = starts_[1]; at < end_; ++at) {
    Flip(at);
    const SegmentScan scan = Scan();
    ASSERT_EQ(scan.tail, SegmentTail::kTorn);
    ASSERT_EQ(scan.valid_end, starts_[1]);
    // But not where somebody knows that it was durable.
    ASSERT_EQ(Scan(end_).tail, SegmentTail::kCorrupt);
    Flip(at);
  }
}

TEST_F(SegmentScanTest, AllTearsOfTheTailAreCutWholeSectorsInAnyCombination) {
  Write(3);
  const uint64_t durable = end_;
  // Two appends in flight: neither knows the other durable.
  Write(10, durable);
  Write(6, durable);
  const Bytes whole = medium_;
  const uint64_t first = starts_[1] / kSectorBytes;
  const uint64_t sectors = (end_ - starts_[1]) / kSectorBytes;
  ASSERT_LE(sectors, 12u);
  for (uint64_t kept = 0; kept < (1u << sectors); ++kept) {
    medium_ = whole;
    for (uint64_t i = 0; i < sectors; ++i) {
      if ((kept >> i & 1) == 0) Zero((first + i) * kSectorBytes, (first + i + 1) * kSectorBytes);
    }
    const SegmentScan scan = Scan();
    ASSERT_NE(scan.tail, SegmentTail::kCorrupt) << kept;
    // What is kept is a prefix of whole batches.
    ASSERT_TRUE(scan.valid_end == starts_[1] || scan.valid_end == starts_[2] ||
                scan.valid_end == end_);
    ASSERT_EQ(scan.valid_end == end_, kept == (1u << sectors) - 1);
  }
}

TEST_F(SegmentScanTest, AWatermarkFurtherOnProvesCorruptionAcrossAHole) {
  Write(3);
  Write(3);
  Write(3);
  Write(1);
  // Everything from the second batch on is gone but the header of the last.
  Zero(starts_[1], starts_[3]);
  Zero(starts_[3] + kBatchHeaderBytes, end_);
  const SegmentScan scan = Scan();
  EXPECT_EQ(scan.tail, SegmentTail::kCorrupt);
  EXPECT_EQ(scan.valid_end, starts_[1]);
  EXPECT_EQ(scan.durable_end, starts_[3]);
}

TEST_F(SegmentScanTest, AHeaderThatIsValidWithATornBodyStillCarriesItsWatermark) {
  Write(3);
  Write(20);
  Flip(starts_[0] + 200);
  Zero(starts_[1] + kSectorBytes, end_);
  EXPECT_EQ(Scan().tail, SegmentTail::kCorrupt);
}

TEST_F(SegmentScanTest, TruncationAtEveryBatchIsCorruptionBelowTheFinalSize) {
  Write(3);
  Write(3);
  IdleMarker();
  const uint64_t final_size = end_;
  for (const uint64_t cut : starts_) {
    const Bytes whole = medium_;
    medium_.resize(cut);
    SegmentScan scan = Scan(final_size);
    EXPECT_EQ(scan.tail, SegmentTail::kCorrupt) << cut;
    EXPECT_EQ(scan.valid_end, cut);
    medium_ = whole;
    Zero(cut, medium_.size());
    scan = Scan(final_size);
    EXPECT_EQ(scan.tail, SegmentTail::kCorrupt) << cut;
    EXPECT_EQ(scan.valid_end, cut);
    medium_ = whole;
  }
}

TEST_F(SegmentScanTest, StaleBatchesOfARecycledFileNeverRevive) {
  // The file held an earlier life of the segment, and one of another segment, batch by batch at the
  // same offsets as the new ones.
  for (const storage::SegmentRef& former : {storage::SegmentRef{{5}, {8}}, {{4}, {9}}}) {
    const BatchSeeds old_seeds(kVolume, former, true, false);
    for (uint64_t at = 0; at < kMediumBytes; at += kSectorBytes) {
      BatchBuilder builder(true, kSectorBytes, nullptr);
      builder.Start();
      ASSERT_TRUE(builder.Add(TextRecord("dead", 1)));
      builder.Finish();
      const ByteView batch = builder.Place(old_seeds, {.offset = at, .durable_end = at});
      std::copy(batch.begin(), batch.end(), medium_.begin() + static_cast<ptrdiff_t>(at));
    }
    end_ = 0;
    starts_.clear();
    EXPECT_EQ(Scan().valid_end, 0u);
    EXPECT_EQ(Scan().tail, SegmentTail::kTorn);
    Write(3);
    Write(1);
    const SegmentScan scan = Scan();
    EXPECT_EQ(scan.valid_end, end_);
    EXPECT_EQ(scan.tail, SegmentTail::kTorn);  // cut, not replayed; no proof of durability either
  }
}

TEST_F(SegmentScanTest, ALiveBatchCopiedElsewhereInItsSegmentIsDead) {
  Write(1);
  const Bytes copy(medium_.begin(), medium_.begin() + kSectorBytes);
  for (uint64_t at = end_; at < kMediumBytes; at += kSectorBytes) {
    std::copy(copy.begin(), copy.end(), medium_.begin() + static_cast<ptrdiff_t>(at));
  }
  EXPECT_EQ(Scan().valid_end, end_);
  EXPECT_EQ(Scan().count.seqno, Seqno{101});
}

TEST_F(SegmentScanTest, CountsSeqnosTimesAndTheOldestChunk) {
  entry_.time_before_us = 50;
  entry_.before = {7};
  BatchBuilder builder(true, 8192, nullptr);
  builder.Start();
  Record early = TextRecord("a", 1);
  early.stamp_us = 40;
  Record chunked = TextRecord("", 2);
  chunked.flags = kFlagChunked;
  chunked.chunks = {{{{3}, 512, 0}, 10}, {{{5}, 0, 0}, 10}};
  chunked.stamp_us = 60;
  Record digest = TextRecord("d", 3, RecordType::kDigest);
  ASSERT_TRUE(builder.Add(early) && builder.Add(chunked) && builder.Add(digest));
  builder.Finish();
  const ByteView batch = builder.Place(seeds_, {});
  std::copy(batch.begin(), batch.end(), medium_.begin());
  const SegmentScan scan = Scan();
  EXPECT_EQ(scan.count.seqno, Seqno{9});
  EXPECT_EQ(scan.count.time_us, 60);
  EXPECT_EQ(scan.count.oldest_chunk, SegmentId{3});
  EXPECT_FALSE(scan.count.ends_empty);
}

}  // namespace
}  // namespace borealis::log
