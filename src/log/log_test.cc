// Claims about the log on a backend without faults: what was appended is read, in one order, with
// dense seqnos, across segments and processes; on positioned and floating backends alike.
#include "log/log.h"

#include <gmock/gmock.h>

#include <thread>

#include "log/batch.h"
#include "log/chain.h"
#include "log/identity.h"
#include "log/testing.h"

namespace borealis::log {
namespace {

using storage::AppendOutcome;
using testing::AppendOne;
using testing::Drain;
using ::testing::ElementsAre;
using testing::MemoryCluster;
using testing::ReadAll;
using testing::TextRecord;
using testing::Texts;

class LogTest : public ::testing::TestWithParam<storage::Traits> {
 protected:
  static MemoryCluster Cluster(size_t processes = 1) {
    return MemoryCluster(GetParam(), testing::kSmallOptions, processes);
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, LogTest,
                         ::testing::Values(storage::kPositionedTraits, storage::kFloatingTraits),
                         [](const auto& info) {
                           return info.param.positioned_appends ? "Positioned" : "Floating";
                         });

TEST_P(LogTest, WhatIsAppendedIsReadInOrderWithDenseSeqnos) {
  MemoryCluster cluster = Cluster();
  for (uint64_t i = 1; i <= 200; ++i) {
    const AppendReport report = AppendOne(cluster.log(), TextRecord(std::to_string(i), i));
    ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
  }
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  ASSERT_EQ(entries->size(), 200u);
  for (int64_t i = 0; i < 200; ++i) {
    const LogEntry& entry = (*entries)[static_cast<size_t>(i)];
    EXPECT_EQ(entry.seqno.value, i + 1);
    EXPECT_EQ(AsText(entry.record.payload), std::to_string(i + 1));
    EXPECT_EQ(entry.record.keys[0].hash, static_cast<uint64_t>(i + 1));
  }
  EXPECT_GT(cluster.log().ReadChain()->entries.size(), 3u);
}

TEST_P(LogTest, AuxiliaryRecordsHaveAPlaceButNoSeqno) {
  MemoryCluster cluster = Cluster();
  std::vector<Record> records = {TextRecord("a", 1), TextRecord("d", 2, RecordType::kDigest),
                                 TextRecord("o", 3, RecordType::kIsolatedOutcome),
                                 TextRecord("b", 4, RecordType::kIsolated)};
  ASSERT_EQ(cluster.log().Append(records).outcome, AppendOutcome::kOk);
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok());
  EXPECT_THAT(Texts(*entries), ElementsAre("a", "d", "o", "b"));
  EXPECT_EQ((*entries)[0].seqno, Seqno{1});
  EXPECT_EQ((*entries)[1].seqno, Seqno::Undefined());
  EXPECT_EQ((*entries)[2].seqno, Seqno::Undefined());
  EXPECT_EQ((*entries)[3].seqno, Seqno{2});
}

TEST_P(LogTest, AllProcessesReadTheSameOrder) {
  MemoryCluster cluster = Cluster(3);
  std::vector<std::thread> writers;
  for (size_t i = 0; i < 3; ++i) {
    writers.emplace_back([&cluster, i] {
      for (uint64_t n = 1; n <= 150; ++n) {
        const std::string text = std::to_string(i) + "/" + std::to_string(n);
        ASSERT_EQ(AppendOne(cluster.log(i), TextRecord(text, n)).outcome, AppendOutcome::kOk);
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  const auto first = ReadAll(cluster.log(0));
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->size(), 450u);
  EXPECT_EQ(first->back().seqno, Seqno{450});
  for (size_t i = 1; i < 3; ++i) {
    const auto other = ReadAll(cluster.log(i));
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(Texts(*first), Texts(*other));
  }
}

TEST_P(LogTest, ReadingGoesOnFromEveryPosition) {
  MemoryCluster cluster = Cluster();
  for (uint64_t i = 0; i < 60; ++i) {
    std::vector<Record> records;
    for (uint64_t j = 0; j <= i % 4; ++j) {
      const auto type = j == 2 ? RecordType::kDigest : RecordType::kWriteSet;
      records.push_back(TextRecord(std::to_string(i) + "." + std::to_string(j), i * 10 + j, type));
    }
    ASSERT_EQ(cluster.log().Append(records).outcome, AppendOutcome::kOk);
  }
  const auto all = ReadAll(cluster.log());
  ASSERT_TRUE(all.ok());
  Seqno before = Seqno::Zero();
  int64_t time_us = 0;
  for (size_t i = 0; i < all->size(); ++i) {
    for (const Position& from : {(*all)[i].position, i > 0 ? (*all)[i - 1].next : Position{{1}}}) {
      auto reader = cluster.log().NewReader(from, before, time_us);
      ASSERT_TRUE(reader.ok()) << reader.status().ToString();
      EXPECT_EQ((*reader)->position(), from);
      EXPECT_EQ((*reader)->seqno(), before);
      const auto rest = Drain(**reader);
      ASSERT_TRUE(rest.ok()) << rest.status().ToString();
      ASSERT_EQ(rest->size(), all->size() - i);
      EXPECT_EQ(rest->front().seqno, (*all)[i].seqno);
      EXPECT_EQ(rest->front().record.request, (*all)[i].record.request);
      EXPECT_EQ(rest->back().seqno, all->back().seqno);
    }
    if ((*all)[i].seqno.IsDefined()) {
      before = (*all)[i].seqno;
    }
    time_us = (*all)[i].time_us;
  }
}

TEST_P(LogTest, AReaderAfterASeqnoBeginsRightBehindItsRecord) {
  MemoryCluster cluster = Cluster();
  for (uint64_t i = 1; i <= 100; ++i) {
    std::vector<Record> records = {TextRecord(std::to_string(i), 2 * i),
                                   TextRecord("o", 2 * i + 1, RecordType::kIsolatedOutcome)};
    ASSERT_EQ(cluster.log().Append(records).outcome, AppendOutcome::kOk);
  }
  for (int64_t seqno = 1; seqno <= 100; ++seqno) {
    auto reader = cluster.log().NewReaderAfter({seqno});
    ASSERT_TRUE(reader.ok()) << reader.status().ToString();
    EXPECT_EQ((*reader)->seqno(), Seqno{seqno});
    const auto rest = Drain(**reader);
    ASSERT_TRUE(rest.ok());
    ASSERT_EQ(rest->size(), static_cast<size_t>(1 + 2 * (100 - seqno)));
    EXPECT_EQ(rest->front().record.type, RecordType::kIsolatedOutcome);
  }
}

TEST_P(LogTest, ACacheAheadOfTheLogIsRefused) {
  MemoryCluster cluster = Cluster();
  const AppendReport report = AppendOne(cluster.log(), TextRecord("a", 1));
  const Status after = cluster.log().NewReaderAfter({2}).status();
  EXPECT_EQ(after.code(), Code::kInvalidArgument);
  EXPECT_NE(after.message().find("ahead of the log"), std::string::npos);
  Position past = report.end;
  past.offset += kSectorBytes;
  EXPECT_EQ(cluster.log().NewReader(past, {1}, 0).status().code(), Code::kInvalidArgument);
  past = {{99}, 0, 0};
  EXPECT_EQ(cluster.log().NewReader(past, {1}, 0).status().code(), Code::kInvalidArgument);
}

TEST_P(LogTest, TimeIsTheRunningMaximumOfStamps) {
  MemoryCluster cluster = Cluster(2);
  std::vector<int64_t> stamps;
  for (uint64_t i = 1; i <= 100; ++i) {
    cluster.clock.JumpWallUs(i % 3 == 0 ? -5'000'000 : 1'000'000);
    stamps.push_back(cluster.clock.WallUs());
    ASSERT_EQ(AppendOne(cluster.log(i % 2), TextRecord("t", i)).outcome, AppendOutcome::kOk);
  }
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), stamps.size());
  int64_t highest = 0;
  for (size_t i = 0; i < stamps.size(); ++i) {
    highest = std::max(highest, stamps[i]);
    EXPECT_EQ((*entries)[i].record.stamp_us, stamps[i]);
    EXPECT_EQ((*entries)[i].time_us, highest);
  }
  // The maximum crosses segments: the chain carries it.
  EXPECT_GT(cluster.log().ReadChain()->entries.back().time_before_us, 0);
}

TEST_P(LogTest, PayloadsOfEverySizeAroundTheChunkSizeComeBackWhole) {
  MemoryCluster cluster = Cluster();
  std::mt19937_64 random(5);
  const size_t chunk = testing::kSmallOptions.chunk_bytes;
  uint64_t request = 0;
  for (const size_t size : {size_t{0}, size_t{1}, chunk - 1, chunk, chunk + 1, 2 * chunk - 1,
                            2 * chunk, 2 * chunk + 1, 20 * chunk + 17, 200 * chunk}) {
    Record record = TextRecord("", ++request);
    const Bytes payload = borealis::testing::RandomBytes(random, size);
    record.payload = payload;
    const AppendReport report = cluster.log().Append({&record, 1});
    ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
    EXPECT_EQ((record.flags & kFlagChunked) != 0, size > chunk);
    EXPECT_EQ(record.chunks.size(), size > chunk ? (size + chunk - 1) / chunk : 0);
    auto reader = cluster.log().NewReaderAfter({static_cast<int64_t>(request) - 1});
    ASSERT_TRUE(reader.ok());
    const auto entry = (*reader)->Next();
    ASSERT_TRUE(entry.ok() && *entry != nullptr);
    EXPECT_EQ((*entry)->seqno.value, static_cast<int64_t>(request));
    const auto loaded = (*reader)->LoadPayload((*entry)->record);
    ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
    EXPECT_EQ(*loaded, payload);
  }
}

TEST_P(LogTest, VeryManyKeysTravelInChunksAndComeBackInOrder) {
  MemoryCluster cluster = Cluster();
  std::mt19937_64 random(6);
  for (const size_t count : {10u, 400u, 496u, 497u, 600u, 5000u, 100000u}) {
    Record record = TextRecord("many keys", count);
    record.keys = borealis::testing::RandomKeys(random, count);
    const std::vector<Key> keys = record.keys;
    ASSERT_EQ(cluster.log().Append({&record, 1}).outcome, AppendOutcome::kOk);
    const auto entries = ReadAll(cluster.log());
    ASSERT_TRUE(entries.ok()) << entries.status().ToString();
    EXPECT_EQ(entries->back().record.keys, keys) << count;
    EXPECT_EQ((entries->back().record.flags & kFlagKeysChunked) != 0, count * 33 / 4 > 4096);
  }
}

TEST(LogAppendTest, RecordsThatFitNoSingleAppendAreSplitInOrder) {
  storage::Traits traits = storage::kPositionedTraits;
  traits.append_bytes_max = 4096;
  MemoryCluster cluster(traits);
  std::vector<Record> records;
  for (uint64_t i = 1; i <= 100; ++i) {
    records.push_back(TextRecord(std::string(i * 7, 'x') + std::to_string(i), i));
  }
  const AppendReport report = cluster.log().Append(records);
  ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 100u);
  for (uint64_t i = 1; i <= 100; ++i) {
    EXPECT_EQ((*entries)[i - 1].record.request.value, i);
  }
  EXPECT_GT(entries->back().position, entries->front().position);
  EXPECT_GE(report.end, entries->back().next);
}

TEST(LogAppendTest, ARecordOfAnyShapeFitsOrIsRefusedWithNothingAppended) {
  storage::Traits traits = storage::kPositionedTraits;
  traits.append_bytes_max = 2048;
  MemoryCluster cluster(traits);
  std::mt19937_64 random(1);
  size_t refused = 0;
  uint64_t appended = 0;
  for (int i = 0; i < 230; ++i) {
    Record record = TextRecord("", static_cast<uint64_t>(i) + 1);
    const Bytes payload =
        borealis::testing::RandomBytes(random, random() % (i < 200 ? 3000 : 300000));
    record.payload = payload;
    record.keys = borealis::testing::RandomKeys(random, random() % (i < 200 ? 300 : 20000));
    const AppendReport report = cluster.log().Append({&record, 1});
    if (report.outcome == AppendOutcome::kOk) {
      ++appended;
      continue;
    }
    ++refused;
    EXPECT_EQ(report.outcome, AppendOutcome::kNotAppended);
    EXPECT_EQ(report.status.code(), Code::kInvalidArgument);
    EXPECT_TRUE(record.chunks.empty() && record.key_chunks.empty());
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(appended, 200u);
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  EXPECT_EQ(entries->size(), appended);
}

TEST(LogAppendTest, WhatCanNotBeAppendedIsRefused) {
  MemoryCluster cluster;
  const auto refused = [&](Record record) {
    const AppendReport report = AppendOne(cluster.log(), std::move(record));
    return report.outcome == AppendOutcome::kNotAppended &&
           report.status.code() == Code::kInvalidArgument;
  };
  Record too_large = TextRecord("", 1);
  const Bytes payload(testing::kSmallOptions.payload_bytes_max + 1);
  too_large.payload = payload;
  EXPECT_TRUE(refused(too_large));
  EXPECT_TRUE(refused(TextRecord("", 1, RecordType::kChunk)));
  EXPECT_TRUE(refused(TextRecord("", 1, static_cast<RecordType>(99))));
  Record unknown_flag = TextRecord("", 1);
  unknown_flag.flags = 1u << 31;
  EXPECT_TRUE(refused(unknown_flag));
  Record foreign_chunks = TextRecord("", 1);
  foreign_chunks.flags = kFlagChunked;
  EXPECT_TRUE(refused(foreign_chunks));
  EXPECT_EQ(cluster.log().Append({}).status.code(), Code::kInvalidArgument);
  EXPECT_TRUE(ReadAll(cluster.log())->empty());
}

TEST_P(LogTest, TheEndOfAnAppendIsSeenByEveryReaderThatReachedIt) {
  MemoryCluster cluster = Cluster(2);
  auto reader = cluster.log(1).NewReaderAfter(Seqno::Zero());
  ASSERT_TRUE(reader.ok());
  for (uint64_t i = 1; i <= 100; ++i) {
    const AppendReport report = AppendOne(cluster.log(0), TextRecord(std::to_string(i), i));
    const auto end = cluster.log(1).DurableEnd();
    ASSERT_TRUE(end.ok());
    EXPECT_GE(*end, report.end);
    ASSERT_TRUE(Drain(**reader).ok());
    EXPECT_GE((*reader)->position(), *end);
    EXPECT_EQ((*reader)->seqno(), Seqno{static_cast<int64_t>(i)});
  }
}

TEST_P(LogTest, AWaitingReaderWakesForAnotherProcesssAppendAndAcrossRolls) {
  MemoryCluster cluster = Cluster(2);
  std::vector<std::string> seen;
  std::thread follower([&] {
    auto reader = cluster.log(1).NewReaderAfter(Seqno::Zero());
    while (seen.size() < 100) {
      const auto entry = (*reader)->Next();
      ASSERT_TRUE(entry.ok()) << entry.status().ToString();
      if (*entry != nullptr) {
        seen.emplace_back(AsText((*entry)->record.payload));
      } else {
        const Status waited = (*reader)->WaitForMore(60'000'000'000);
        ASSERT_TRUE(waited.ok()) << waited.ToString();
      }
    }
  });
  for (uint64_t i = 1; i <= 100; ++i) {
    ASSERT_EQ(AppendOne(cluster.log(0), TextRecord(std::to_string(i), i)).outcome,
              AppendOutcome::kOk);
  }
  follower.join();
  EXPECT_EQ(seen.front(), "1");
  EXPECT_EQ(seen.back(), "100");
  EXPECT_GT(cluster.log().ReadChain()->entries.size(), 2u);
}

TEST_P(LogTest, AWaitEndsInTimeoutOrByInterrupt) {
  MemoryCluster cluster = Cluster();
  auto reader = cluster.log().NewReaderAfter(Seqno::Zero());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(*(*reader)->Next(), nullptr);
  EXPECT_EQ((*reader)->WaitForMore(0).code(), Code::kTimeout);
  EXPECT_EQ(cluster.log().WaitPast((*reader)->position(), 0).code(), Code::kTimeout);
  cluster.log().Interrupt();
  EXPECT_EQ((*reader)->WaitForMore(60'000'000'000).code(), Code::kAborted);
  cluster.log().ClearInterrupt();
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  EXPECT_TRUE((*reader)->WaitForMore(60'000'000'000).ok());
  EXPECT_TRUE(cluster.log().WaitPast((*reader)->position(), 60'000'000'000).ok());
}

TEST_P(LogTest, RecordsOfOneReadShareItsBufferAndOutliveTheReader) {
  MemoryCluster cluster = Cluster();
  std::vector<Record> records = {TextRecord("one", 1), TextRecord("two", 2)};
  ASSERT_EQ(cluster.log().Append(records).outcome, AppendOutcome::kOk);
  auto reader = cluster.log().NewReaderAfter(Seqno::Zero());
  ASSERT_TRUE(reader.ok());
  const LogEntry first = **(*reader)->Next();
  const LogEntry second = **(*reader)->Next();
  EXPECT_EQ(first.record.backing, second.record.backing);
  reader->reset();
  EXPECT_EQ(AsText(first.record.payload), "one");
  EXPECT_EQ(AsText(second.record.payload), "two");
}

TEST_P(LogTest, LeavingAndComingBackGoesOnInANewSegment) {
  MemoryCluster cluster = Cluster();
  EXPECT_TRUE(cluster.log().recovered());
  for (uint64_t life = 1; life <= 5; ++life) {
    const uint64_t segments = cluster.log().ReadChain()->entries.size();
    ASSERT_EQ(AppendOne(cluster.log(), TextRecord(std::to_string(life), life)).outcome,
              AppendOutcome::kOk);
    cluster.Detach();
    EXPECT_TRUE(cluster.Attach().recovered());
    EXPECT_EQ(cluster.log().ReadChain()->entries.size(), segments + 1);
    EXPECT_FALSE(cluster.Attach().recovered());
    cluster.Detach();
  }
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok()) << entries.status().ToString();
  EXPECT_THAT(Texts(*entries), ElementsAre("1", "2", "3", "4", "5"));
}

TEST(LogCreateTest, AVolumeIsCreatedOnceAndNothingIsOverwritten) {
  MemoryCluster cluster;
  const Status again = Log::Create(cluster.backend(), testing::TestIdentity(2), cluster.clock);
  EXPECT_EQ(again.code(), Code::kAlreadyExists);
  EXPECT_EQ(cluster.log().identity(), testing::TestIdentity(1));
}

TEST(LogCreateTest, AnEmptyPlaceIsNoVolume) {
  auto volume = storage::MemoryVolume::Create({});
  auto backend = volume->Attach();
  EXPECT_EQ(Log::Open(*backend, {}, SystemClock()).status().code(), Code::kNotFound);
}

TEST(LogCreateTest, ACreationThatDiedHalfwayIsFinishedByTheNextOpen) {
  auto volume = storage::MemoryVolume::Create({});
  auto backend = volume->Attach();
  CHECK_OK(backend->SwapRegister(kIdentityRegister, 0, EncodeIdentity(testing::TestIdentity())));
  auto log = Log::Open(*backend, {}, SystemClock());
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  EXPECT_EQ(AppendOne(**log, TextRecord("a", 1)).outcome, AppendOutcome::kOk);
}

TEST(LogCreateTest, AChainThatVanishedIsCorruptionNotANewVolume) {
  MemoryCluster cluster;
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  const auto chain = cluster.backend().ReadRegister(kChainRegister);
  ASSERT_TRUE(cluster.backend().DeleteRegister(kChainRegister, chain->version).ok());
  const auto opened = Log::Open(cluster.backend(), {}, cluster.clock);
  EXPECT_EQ(opened.status().code(), Code::kCorruption);
}

TEST(LogCreateTest, ANewerFormatAndAForeignChainAreRefusedInOneLine) {
  auto volume = storage::MemoryVolume::Create({});
  auto backend = volume->Attach();
  Identity newer = testing::TestIdentity();
  newer.format_version = kFormatVersion + 1;
  CHECK_OK(backend->SwapRegister(kIdentityRegister, 0, EncodeIdentity(newer)));
  const Status status = Log::Open(*backend, {}, SystemClock()).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_EQ(status.message().find('\n'), std::string::npos);

  MemoryCluster cluster;
  const auto chain = cluster.backend().ReadRegister(kChainRegister);
  const Chain foreign{.entries = {{.segment = {{1}, {1}}, .before = Seqno::Zero()}}};
  CHECK_OK(cluster.backend().SwapRegister(kChainRegister, chain->version,
                                          EncodeChain(foreign, Uuid::FromRandom(9, 9))));
  EXPECT_EQ(Log::Open(cluster.backend(), {}, cluster.clock).status().code(), Code::kCorruption);
}

}  // namespace
}  // namespace borealis::log
