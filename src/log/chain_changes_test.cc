// Claims about rolling, trimming and idle markers: any number of processes may do them at the same
// time, no byte is dropped while something needs it, and quiet volumes stay quiet.
#include <gmock/gmock.h>

#include <thread>

#include "log/batch.h"
#include "log/segment_chain.h"
#include "log/segment_scan.h"
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

// Appends until the log has rolled `times` times.
void RollBy(Log& log, uint64_t times, uint64_t& request) {
  const uint64_t goal = log.DurableEnd()->segment.value + times;
  while (log.DurableEnd()->segment.value < goal) {
    ASSERT_EQ(AppendOne(log, TextRecord(std::string(900, 'x'), ++request)).outcome,
              AppendOutcome::kOk);
  }
}

TEST(RollTest, EveryLogOnAVolumeMayRollAtTheSameTime) {
  constexpr size_t kLogs = 4;
  Options options = testing::kSmallOptions;
  options.segment_bytes = 1024;  // every second append rolls
  MemoryCluster cluster(storage::kPositionedTraits, options, kLogs);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kLogs; ++i) {
    threads.emplace_back([&cluster, i] {
      for (uint64_t n = 1; n <= 100; ++n) {
        const std::string text = std::to_string(i) + "/" + std::to_string(n);
        ASSERT_EQ(AppendOne(cluster.log(i), TextRecord(text, n)).outcome, AppendOutcome::kOk);
      }
    });
    threads.emplace_back([&cluster, i] {  // readers cross segments and help to roll
      auto reader = cluster.log(i).NewReaderAfter(Seqno::Zero());
      while ((*reader)->seqno() < Seqno{100 * kLogs}) {
        const auto entry = (*reader)->Next();
        ASSERT_TRUE(entry.ok()) << entry.status().ToString();
        if (*entry == nullptr) {
          const Status waited = (*reader)->WaitForMore(60'000'000'000);
          ASSERT_TRUE(waited.ok()) << waited.ToString();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const auto entries = ReadAll(cluster.log());
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->size(), 100 * kLogs);
  const auto chain = cluster.log().ReadChain();
  EXPECT_GT(chain->entries.size(), 50u);
  // Nobody left a segment behind but perhaps the successor of the open one.
  const auto segments = cluster.backend().ListSegments();
  EXPECT_LE(segments->size(), chain->entries.size() + 1);
}

TEST(RollTest, ALogThatSleptThroughRollsGoesOnWhereTheOthersAre) {
  MemoryCluster cluster(storage::kPositionedTraits, testing::kSmallOptions, 2);
  uint64_t request = 0;
  ASSERT_EQ(AppendOne(cluster.log(1), TextRecord("before", ++request)).outcome, AppendOutcome::kOk);
  RollBy(cluster.log(0), 3, request);
  const AppendReport report = AppendOne(cluster.log(1), TextRecord("after", ++request));
  ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
  EXPECT_EQ(report.end.segment, cluster.log(0).DurableEnd()->segment);
  const auto entries = ReadAll(cluster.log(0));
  EXPECT_EQ(Texts(*entries).front(), "before");
  EXPECT_EQ(Texts(*entries).back(), "after");
}

TEST(RollTest, AWaitingReaderRollsASegmentThatItsSealerLeftBehind) {
  MemoryCluster cluster(storage::kPositionedTraits, testing::kSmallOptions, 2);
  ASSERT_EQ(AppendOne(cluster.log(0), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  auto reader = cluster.log(1).NewReaderAfter(Seqno::Zero());
  ASSERT_TRUE(Drain(**reader).ok());
  const Chain chain = *cluster.log(0).ReadChain();
  ASSERT_TRUE(cluster.backend(0).Seal(chain.entries.back().segment, nullptr).ok());
  // The sealer dies here. The wait ends with the chain moved on.
  EXPECT_TRUE((*reader)->WaitForMore(60'000'000'000).ok());
  EXPECT_EQ(cluster.log(1).ReadChain()->entries.size(), chain.entries.size() + 1);
  EXPECT_EQ(*(*reader)->Next(), nullptr);
  ASSERT_EQ(AppendOne(cluster.log(0), TextRecord("b", 2)).outcome, AppendOutcome::kOk);
  EXPECT_THAT(Texts(*Drain(**reader)), ElementsAre("b"));
}

// Somebody attaches, recovers and seals while another reads what nobody had served: the medium that
// is read ends early, and nothing is wrong with it.
TEST(RollTest, AMediumThatIsCutBySealingWhileItIsReadIsNoDamage) {
  MemoryCluster cluster;
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  ChainEntry open = cluster.log().ReadChain()->entries.back();
  open.medium_bytes = 4096;  // as of a medium that is made in full
  const uint64_t half = open.medium_bytes / 2;
  storage::Backend& backend = cluster.backend();
  const storage::SegmentState before = *backend.State(open.segment);
  EXPECT_NE(*CutOffSince(backend, open, before, half), "") << "still open: damage";
  ASSERT_TRUE(backend.Seal(open.segment, nullptr).ok());
  EXPECT_EQ(*CutOffSince(backend, open, before, half), "");
}

TEST(RollTest, ThePreparedSuccessorIsTheOneThatIsUsed) {
  MemoryCluster cluster;
  uint64_t request = 0;
  const SegmentId open = cluster.log().DurableEnd()->segment;
  while (cluster.log().DurableEnd()->offset < testing::kSmallOptions.segment_bytes / 4 * 3) {
    ASSERT_EQ(AppendOne(cluster.log(), TextRecord(std::string(900, 'x'), ++request)).outcome,
              AppendOutcome::kOk);
  }
  ASSERT_TRUE(cluster.log().WriteIdleMarker().ok());
  EXPECT_EQ(cluster.backend().ListSegments()->back().value, open.value + 1);
  RollBy(cluster.log(), 1, request);
  EXPECT_EQ(cluster.log().DurableEnd()->segment.value, open.value + 1);
}

TEST(TrimTest, WholeSegmentsBeforeThePositionGoAndTheRestStaysReadable) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 6, request);
  const auto all = ReadAll(cluster.log());
  const LogEntry& keep = (*all)[all->size() / 2];
  const uint64_t segments = cluster.backend().ListSegments()->size();
  const auto freed = cluster.log().Trim(keep.position);
  ASSERT_TRUE(freed.ok()) << freed.status().ToString();
  EXPECT_GT(*freed, 3 * testing::kSmallOptions.segment_bytes);
  EXPECT_LT(cluster.backend().ListSegments()->size(), segments);
  EXPECT_EQ(cluster.log().ReadChain()->entries.front().segment.id, keep.position.segment);

  auto reader = cluster.log().NewReader(keep.position, keep.seqno.Previous(), keep.time_us);
  ASSERT_TRUE(reader.ok());
  const auto rest = Drain(**reader);
  ASSERT_TRUE(rest.ok()) << rest.status().ToString();
  EXPECT_EQ(rest->size(), all->size() - all->size() / 2);
  EXPECT_EQ(cluster.log().NewReaderAfter(Seqno::Zero()).status().code(), Code::kNotFound);
  EXPECT_EQ(cluster.log().NewReader(all->front().position, Seqno::Zero(), 0).status().code(),
            Code::kNotFound);
  EXPECT_EQ(*cluster.log().Trim(keep.position), 0u);
}

TEST(TrimTest, NeverDropsTheOpenSegmentNorGoesPastTheEnd) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 2, request);
  const Position end = *cluster.log().DurableEnd();
  EXPECT_TRUE(cluster.log().Trim(end).ok());
  EXPECT_EQ(cluster.log().ReadChain()->entries.front().segment.id, end.segment);
  EXPECT_EQ(cluster.log().Trim({{end.segment.value + 9}, 0, 0}).status().code(),
            Code::kInvalidArgument);
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("after", ++request)).outcome, AppendOutcome::kOk);
}

// A payload of `chunks` chunks.
Bytes Large(size_t chunks) {
  std::mt19937_64 random(chunks);
  return borealis::testing::RandomBytes(random, chunks * testing::kSmallOptions.chunk_bytes);
}

TEST(TrimTest, ChunksStayWhileARetainedRecordNamesThem) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 2, request);
  Record record = TextRecord("", ++request);
  const Bytes payload = Large(12);  // spans three segments
  record.payload = payload;
  ASSERT_EQ(cluster.log().Append({&record, 1}).outcome, AppendOutcome::kOk);
  const auto all = ReadAll(cluster.log());
  const LogEntry& named = all->back();
  ASSERT_LT(record.chunks.front().position.segment, named.position.segment);
  RollBy(cluster.log(), 2, request);
  // Everything from the record's own segment on is to be kept: its chunks lie before.
  ASSERT_TRUE(cluster.log().Trim(named.position).ok());
  EXPECT_EQ(cluster.log().ReadChain()->entries.front().segment.id,
            record.chunks.front().position.segment);
  auto reader = cluster.log().NewReader(named.position, named.seqno.Previous(), named.time_us);
  const auto entry = (*reader)->Next();
  ASSERT_TRUE(entry.ok() && *entry != nullptr);
  EXPECT_EQ(*(*reader)->LoadPayload((*entry)->record), payload);
  // Once the record goes, so do they.
  ASSERT_TRUE(cluster.log().Trim(*cluster.log().DurableEnd()).ok());
  EXPECT_GT(cluster.log().ReadChain()->entries.front().segment.id, named.position.segment);
}

// Runs `hook` once, before the append of a batch that holds a record other than a chunk.
class HookedBackend : public storage::MemoryBackend {
 public:
  using MemoryBackend::MemoryBackend;
  storage::AppendResult Append(const storage::SegmentRef& segment,
                               const storage::BatchEncoder& encode) override {
    ++appends_;
    if (hook && appends_ == hook_at) {
      std::exchange(hook, nullptr)();
    }
    return MemoryBackend::Append(segment, encode);
  }
  std::function<void()> hook;
  int hook_at = 0;

 private:
  int appends_ = 0;
};

TEST(TrimTest, AWriterWhoseChunksAreTrimmedBeforeItsRecordWritesThemAgain) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 1, request);
  HookedBackend slow(cluster.volume, cluster.volume->AdmitProcess());
  auto writer = Log::Open(slow, cluster.options, cluster.clock);
  ASSERT_TRUE(writer.ok());
  Record record = TextRecord("", ++request);
  const Bytes payload = Large(3);
  record.payload = payload;
  // Between the third chunk and the record, everything so far is trimmed by another process.
  slow.hook_at = 4;
  slow.hook = [&] {
    RollBy(cluster.log(), 2, request);
    const auto freed = cluster.log().Trim(*cluster.log().DurableEnd());
    ASSERT_TRUE(freed.ok());
    EXPECT_GT(*freed, 0u);
  };
  const AppendReport report = (*writer)->Append({&record, 1});
  ASSERT_EQ(report.outcome, AppendOutcome::kOk) << report.status.ToString();
  EXPECT_EQ(slow.hook, nullptr);
  const Chain chain = *cluster.log().ReadChain();
  EXPECT_NE(FindEntry(chain, record.chunks.front().position.segment), nullptr);
  auto reader = cluster.log().NewReaderAfter(chain.entries.front().before);
  const auto rest = Drain(**reader);
  ASSERT_TRUE(rest.ok()) << rest.status().ToString();
  EXPECT_EQ(Texts(*rest).back(), AsText(payload));
}

// What a trim makes on a full disk is no use to those who wait for room.
TEST(TrimTest, ARollDoesNotTakeTheSuccessorOfATrim) {
  MemoryCluster cluster(storage::kPositionedTraits, testing::kSmallOptions, 2);
  uint64_t request = 0;
  RollBy(cluster.log(0), 3, request);
  const storage::SegmentRef open = cluster.log().ReadChain()->entries.back().segment;
  const storage::SegmentRef own{{open.id.value + 1}, {open.epoch.value + 2}};
  ASSERT_TRUE(cluster.backend(0).CreateSegment(own).ok());  // by a trim that is under way
  RollBy(cluster.log(1), 1, request);
  const storage::SegmentRef next = cluster.log(1).ReadChain()->entries.back().segment;
  EXPECT_NE(next.id, own.id);
  // The next trim sweeps what that one left, should it have died.
  ASSERT_TRUE(cluster.log(0).Trim(*cluster.log(0).DurableEnd()).ok());
  EXPECT_THAT(*cluster.backend(0).ListSegments(), ::testing::Not(::testing::Contains(own.id)));
}

TEST(TrimTest, TakesTheSuccessorThatARollHasMade) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 3, request);
  const storage::SegmentRef open = cluster.log().ReadChain()->entries.back().segment;
  const storage::SegmentRef shared{{open.id.value + 1}, {open.epoch.value + 1}};
  ASSERT_TRUE(cluster.backend().CreateSegment(shared).ok());
  ASSERT_TRUE(cluster.log().Trim(*cluster.log().DurableEnd()).ok());
  EXPECT_EQ(cluster.log().ReadChain()->entries.back().segment, shared);
}

TEST(TrimTest, MakesOneOfItsOwnElse) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 3, request);
  const storage::SegmentRef open = cluster.log().ReadChain()->entries.back().segment;
  ASSERT_TRUE(cluster.log().Trim(*cluster.log().DurableEnd()).ok());
  EXPECT_EQ(cluster.log().ReadChain()->entries.back().segment.epoch.value, open.epoch.value + 2);
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("after", ++request)).outcome, AppendOutcome::kOk);
}

TEST(TrimTest, AReaderInATrimmedSegmentIsTold) {
  MemoryCluster cluster;
  uint64_t request = 0;
  auto reader = cluster.log().NewReaderAfter(Seqno::Zero());
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("a", ++request)).outcome, AppendOutcome::kOk);
  ASSERT_TRUE(Drain(**reader).ok());
  RollBy(cluster.log(), 3, request);
  ASSERT_TRUE(cluster.log().Trim(*cluster.log().DurableEnd()).ok());
  EXPECT_EQ((*reader)->Next().status().code(), Code::kNotFound);
}

TEST(TrimTest, SeveralProcessesMayTrimAtTheSameTime) {
  MemoryCluster cluster(storage::kPositionedTraits, testing::kSmallOptions, 3);
  uint64_t request = 0;
  RollBy(cluster.log(), 8, request);
  const Position keep = *cluster.log().DurableEnd();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] { EXPECT_TRUE(cluster.log(i).Trim(keep).ok()); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(cluster.log().ReadChain()->entries.front().segment.id, keep.segment);
  ASSERT_EQ(AppendOne(cluster.log(2), TextRecord("on", ++request)).outcome, AppendOutcome::kOk);
}

TEST(TrimTest, LeftoversOfACrashAreSweptWhenTheLogIsOpened) {
  MemoryCluster cluster;
  uint64_t request = 0;
  RollBy(cluster.log(), 2, request);
  // As if a trimmer had died between the swap and the deletion, and a paused roller had come late.
  ASSERT_TRUE(cluster.log().Trim(*cluster.log().DurableEnd()).ok());
  ASSERT_TRUE(cluster.backend().CreateSegment({{1}, {1}}).ok());
  cluster.Attach();
  const Chain chain = *cluster.log().ReadChain();
  const std::vector<SegmentId> segments = *cluster.backend().ListSegments();
  EXPECT_EQ(segments.size(), chain.entries.size());
  for (const SegmentId id : segments) {
    EXPECT_NE(FindEntry(chain, id), nullptr) << id.value;
  }
}

class IdleMarkerTest : public ::testing::Test {
 protected:
  uint64_t End() { return cluster_.log().DurableEnd()->offset; }
  void Tick() {
    for (const auto& log : cluster_.logs) {
      ASSERT_TRUE(log->WriteIdleMarker().ok());
    }
  }
  MemoryCluster cluster_{storage::kPositionedTraits, testing::kSmallOptions, 3};
};

TEST_F(IdleMarkerTest, OneMarkerFollowsTheLastBatchOnceAPeriodWasQuiet) {
  ASSERT_EQ(AppendOne(cluster_.log(), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  const uint64_t last = End();
  Tick();  // sees an append since the last call
  EXPECT_EQ(End(), last);
  for (int i = 0; i < 10; ++i) {
    Tick();
    EXPECT_EQ(End(), last + kSectorBytes) << "one marker, however many processes watch";
  }
  const auto entries = ReadAll(cluster_.log());
  EXPECT_THAT(Texts(*entries), ElementsAre("a"));
}

TEST_F(IdleMarkerTest, AnEmptySegmentNeedsNoneAndABusyOneGetsNone) {
  Tick();
  Tick();
  EXPECT_EQ(End(), 0u);
  for (uint64_t i = 1; i <= 10; ++i) {
    ASSERT_EQ(AppendOne(cluster_.log(), TextRecord("a", i)).outcome, AppendOutcome::kOk);
    const uint64_t last = End();
    Tick();
    EXPECT_EQ(End(), last);
  }
}

TEST_F(IdleMarkerTest, AMarkerMakesDamageToTheLastBatchCorruption) {
  ASSERT_EQ(AppendOne(cluster_.log(), TextRecord("acknowledged", 1)).outcome, AppendOutcome::kOk);
  Tick();
  Tick();
  const storage::SegmentRef open = cluster_.log().ReadChain()->entries.back().segment;
  while (!cluster_.logs.empty()) {
    cluster_.Detach();
  }
  {
    MutexLock lock(cluster_.volume->mutex);
    cluster_.volume->segments.Peek(open.id)->media[100] ^= std::byte{1};
    cluster_.volume->segments.Peek(open.id)->durable_end = 0;  // nobody remembers
    cluster_.volume->segments.Peek(open.id)->written_end = 0;
  }
  auto backend = cluster_.volume->Attach();
  const Status status = Log::Open(*backend, cluster_.options, cluster_.clock).status();
  EXPECT_EQ(status.code(), Code::kCorruption);
  EXPECT_NE(status.message().find(fmt::format("segment {} offset 0", open.id)), std::string::npos)
      << status.message();
}

TEST(IdleMarkerFloatingTest, WhereAppendsCannotTearNoneIsWritten) {
  MemoryCluster cluster(storage::kFloatingTraits);
  ASSERT_EQ(AppendOne(cluster.log(), TextRecord("a", 1)).outcome, AppendOutcome::kOk);
  const uint64_t last = cluster.log().DurableEnd()->offset;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(cluster.log().WriteIdleMarker().ok());
  }
  EXPECT_EQ(cluster.log().DurableEnd()->offset, last);
}

}  // namespace
}  // namespace borealis::log
