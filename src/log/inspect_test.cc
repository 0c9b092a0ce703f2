// Claims about inspection: it sees everything, changes nothing, and no damaged byte of acknowledged
// data passes it.
#include "log/inspect.h"

#include "log/batch.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using testing::AppendOne;
using testing::MemoryCluster;
using testing::ReadAll;
using testing::TextRecord;

class InspectTest : public ::testing::Test {
 protected:
  void Fill(int records) {
    for (int i = 0; i < records; ++i) {
      ASSERT_EQ(AppendOne(cluster_.log(), TextRecord(std::string(200, 'r'), ++request_)).outcome,
                AppendOutcome::kOk);
    }
  }
  // With chunked payload and keys.
  void Large() {
    std::mt19937_64 random(1);
    Record record = TextRecord("", ++request_);
    const Bytes payload = borealis::testing::RandomBytes(random, 5000);
    record.payload = payload;
    record.keys = borealis::testing::RandomKeys(random, 520);
    ASSERT_EQ(cluster_.log().Append({&record, 1}).outcome, AppendOutcome::kOk);
  }
  void Quiet() {
    ASSERT_TRUE(cluster_.log().WriteIdleMarker().ok());
    ASSERT_TRUE(cluster_.log().WriteIdleMarker().ok());
  }
  Bytes& Media(SegmentId segment) {
    MutexLock lock(cluster_.volume->mutex);
    return cluster_.volume->segments.Peek(segment)->media;
  }
  InspectReport Inspect() {
    auto report = InspectLog(cluster_.backend(), {});
    CHECK_OK(report);
    return std::move(*report);
  }

  MemoryCluster cluster_;
  uint64_t request_ = 0;
};

TEST_F(InspectTest, ASegmentThatIsKeptForItsChunksNeedNotHaveThoseOfItsOwnRecords) {
  Fill(100);
  Large();  // its chunks lie in several segments
  Fill(50);
  Large();
  const auto end = cluster_.log().DurableEnd();
  ASSERT_TRUE(end.ok());
  ASSERT_GT(*cluster_.log().Trim(*end), 0u);
  EXPECT_TRUE(Inspect().damage.ok()) << Inspect().damage.ToString();
}

TEST_F(InspectTest, SeesEveryRecordWhereTheReaderSeesIt) {
  Fill(100);
  Large();
  Fill(20);
  Quiet();
  std::vector<LogEntry> seen;
  uint64_t batches = 0;
  InspectVisitor visitor;
  visitor.record = [&](const LogEntry& entry) {
    if (entry.record.type != RecordType::kChunk) {
      seen.push_back(entry);
    }
  };
  visitor.batch = [&](const InspectedBatch& batch) { batches += batch.records > 0 ? 1 : 0; };
  const auto report = InspectLog(cluster_.backend(), visitor);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->damage.ok()) << report->damage.ToString();
  EXPECT_EQ(report->last, Seqno{121});
  EXPECT_EQ(report->records - report->chunks, 121u);
  EXPECT_EQ(report->idle_markers, 1u);
  EXPECT_EQ(report->batches, batches + 1);
  EXPECT_GT(report->segments, 2u);
  const auto read = ReadAll(cluster_.log());
  ASSERT_EQ(seen.size(), read->size());
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].position, (*read)[i].position);
    EXPECT_EQ(seen[i].seqno, (*read)[i].seqno);
    EXPECT_EQ(seen[i].time_us, (*read)[i].time_us);
  }
}

TEST_F(InspectTest, EveryFlippedByteOfAcknowledgedDataIsReportedAtItsBatch) {
  Fill(8);
  Large();
  Quiet();
  const InspectReport whole = Inspect();
  ASSERT_TRUE(whole.damage.ok());
  for (const ChainEntry& entry : whole.chain.entries) {
    const uint64_t size = entry.sealed ? entry.final_size : whole.end.offset;
    for (uint64_t at = 0; at < size; ++at) {
      Bytes& media = Media(entry.segment.id);
      media[at] ^= std::byte{4};
      const InspectReport report = Inspect();
      ASSERT_EQ(report.damage.code(), Code::kCorruption) << entry.segment.id.value << ":" << at;
      ASSERT_EQ(report.damaged_at.segment, entry.segment.id);
      ASSERT_LE(report.damaged_at.offset, at);
      media[at] ^= std::byte{4};
      at += at % 7;  // every offset within a batch comes up
    }
  }
}

TEST_F(InspectTest, AMissingSegmentAndAShortOneAreDamage) {
  Fill(200);
  const InspectReport whole = Inspect();
  const ChainEntry victim = whole.chain.entries[2];
  const Bytes kept = Media(victim.segment.id);
  Media(victim.segment.id).resize(victim.final_size - kSectorBytes);
  EXPECT_EQ(Inspect().damage.code(), Code::kCorruption);
  EXPECT_EQ(Inspect().damaged_at.segment, victim.segment.id);
  Media(victim.segment.id) = kept;
  EXPECT_TRUE(Inspect().damage.ok());
  ASSERT_TRUE(cluster_.backend().DeleteSegment(victim.segment.id).ok());
  EXPECT_EQ(Inspect().damage.code(), Code::kCorruption);
  EXPECT_EQ(Inspect().damaged_at.segment, victim.segment.id);
}

TEST_F(InspectTest, ATornTailIsToldFromDamageWhenNobodyIsAttached) {
  Fill(3);
  const Position end = *cluster_.log().DurableEnd();
  cluster_.Detach();
  {
    MutexLock lock(cluster_.volume->mutex);
    storage::Segment& segment = *cluster_.volume->segments.Peek(end.segment);
    segment.durable_end = 0;
    segment.written_end = 0;
    segment.media[end.offset - 1] ^= std::byte{1};
  }
  const auto backend = cluster_.volume->Attach();
  const auto report = InspectLog(*backend, {});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->damage.ok());
  EXPECT_TRUE(report->torn_tail);
  EXPECT_EQ(report->last, Seqno{2});
}

TEST_F(InspectTest, NoVolumeIsNotFound) {
  const auto volume = storage::MemoryVolume::Create({});
  const auto backend = volume->Attach();
  EXPECT_EQ(InspectLog(*backend, {}).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace borealis::log
