#include "log/as_of.h"

#include "log/testing.h"

namespace borealis::log {
namespace {

using testing::AppendOne;
using testing::MemoryCluster;
using testing::TextRecord;

class AsOfTest : public ::testing::Test {
 protected:
  void Append(int64_t stamp_us, RecordType type = RecordType::kWriteSet) {
    Record record = TextRecord(std::string(400, 'r'), ++request_, type);
    record.stamp_us = stamp_us;
    ASSERT_EQ(AppendOne(cluster_.log(), record).outcome, storage::AppendOutcome::kOk);
  }
  Moment At(int64_t time_us) {
    const auto moment = AsOf(cluster_.backend(), time_us);
    CHECK_OK(moment);
    return *moment;
  }

  MemoryCluster cluster_;
  uint64_t request_ = 0;
};

TEST_F(AsOfTest, AnEmptyLogIsAsOldAsItsVolume) {
  const Moment start{Seqno::Zero(), 1};  // TestIdentity
  EXPECT_EQ(*NewestMoment(cluster_.backend()), start);
  EXPECT_EQ(*MomentOf(cluster_.backend(), Seqno::Zero()), start);
  EXPECT_EQ(At(1), start);
  EXPECT_EQ(AsOf(cluster_.backend(), 0).status().code(), Code::kInvalidArgument);
}

TEST_F(AsOfTest, IsTheLongestPrefixStampedAtMostThatOnEverySegment) {
  const int64_t base = SystemClock().WallUs();
  for (int i = 1; i <= 300; ++i) Append(base + i * 10);
  ASSERT_GT(cluster_.log().ReadChain()->entries.size(), 3u);
  EXPECT_EQ(At(base + 9).seqno, Seqno::Zero());
  for (int i = 1; i <= 300; ++i) {
    const Moment wanted{Seqno{i}, base + i * 10};
    EXPECT_EQ(At(base + i * 10), wanted);
    EXPECT_EQ(At(base + i * 10 + 9), wanted);
    EXPECT_EQ(*MomentOf(cluster_.backend(), Seqno{i}), wanted);
  }
  EXPECT_EQ(NewestMoment(cluster_.backend())->seqno, Seqno{300});
  EXPECT_EQ(MomentOf(cluster_.backend(), Seqno{301}).status().code(), Code::kInvalidArgument);
}

TEST_F(AsOfTest, AClockThatRunsAheadLiftsWhatFollows) {
  const int64_t base = SystemClock().WallUs();
  Append(base + 100);
  Append(base + 900);
  Append(base + 200);  // its place is as late as the one before
  Append(base + 1000);
  EXPECT_EQ(At(base + 300).seqno, Seqno{1});
  EXPECT_EQ(At(base + 899).seqno, Seqno{1});
  EXPECT_EQ(At(base + 900).seqno, Seqno{3});
  EXPECT_EQ(MomentOf(cluster_.backend(), Seqno{3})->time_us, base + 900);
}

TEST_F(AsOfTest, ManyRecordsOfOneStampBelongTogether) {
  const int64_t base = SystemClock().WallUs();
  for (int i = 0; i < 100; ++i) Append(base);
  Append(base + 1);
  EXPECT_EQ(At(base).seqno, Seqno{100});
  EXPECT_EQ(At(base - 1).seqno, Seqno::Zero());
}

TEST_F(AsOfTest, RecordsWithoutASeqnoCountForTimeOnly) {
  const int64_t base = SystemClock().WallUs();
  Append(base);
  Append(base + 5, RecordType::kDigest);
  EXPECT_EQ(At(base + 7), (Moment{Seqno{1}, base}));
  Append(base + 3);
  EXPECT_EQ(*MomentOf(cluster_.backend(), Seqno{2}), (Moment{Seqno{2}, base + 5}));
}

TEST_F(AsOfTest, WhatWasTrimmedIsSaidToBe) {
  const int64_t base = SystemClock().WallUs();
  for (int i = 1; i <= 300; ++i) Append(base + i);
  const auto chain = cluster_.log().ReadChain();
  ASSERT_TRUE(chain.ok());
  ASSERT_TRUE(cluster_.log().Trim({chain->entries[2].segment.id, 0, 0}).ok());
  const Seqno oldest = chain->entries[2].before;
  EXPECT_EQ(MomentOf(cluster_.backend(), oldest)->seqno, oldest);
  EXPECT_EQ(MomentOf(cluster_.backend(), oldest.Previous()).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(At(base + oldest.value).seqno, oldest);
  EXPECT_EQ(AsOf(cluster_.backend(), base + oldest.value - 1).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace borealis::log
