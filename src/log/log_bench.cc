// How fast the log is apart from the device: everything on the memory backend.
//
//   log_bench --benchmark_filter=Append     encode + append; arguments: records per append,
//   payload,
//                                           1 of an encrypted volume
//   log_bench --benchmark_filter=Read       catching up from the start; arguments: the same
//   log_bench --benchmark_filter=Scan       recovery's validation of a full segment
//   log_bench --benchmark_min_time=0.01     the small mode that guards against rot
//
// items = records, bytes = bytes of the log.
#include <benchmark/benchmark.h>

#include "base/check.h"
#include "encryption/testing.h"
#include "log/batch_builder.h"
#include "log/log.h"
#include "log/segment_scan.h"
#include "storage/memory/memory_backend.h"

namespace borealis::log {
namespace {

constexpr size_t kKeysPerRecord = 4;

struct Volume {
  Volume(uint64_t segment_bytes, bool encrypted)
      : volume(storage::MemoryVolume::Create({})), backend(volume->Attach()) {
    Identity identity = {.volume = Uuid::FromRandom(1, 1)};
    Options options;
    options.segment_bytes = segment_bytes;
    if (encrypted) {
      identity.format_version = kEncryptedFormat;
      keys = encryption::testing::MakeTestKeys(*backend, identity.volume);
      options.keys = keys.get();
    }
    CHECK_OK(Log::Create(*backend, identity, SystemClock()));
    auto opened = Log::Open(*backend, options, SystemClock());
    CHECK_OK(opened);
    log = std::move(*opened);
  }
  std::shared_ptr<storage::MemoryVolume> volume;
  std::unique_ptr<storage::MemoryBackend> backend;
  std::unique_ptr<encryption::KeyRing> keys;
  std::unique_ptr<Log> log;
};

std::vector<Record> MakeRecords(int64_t count, const Bytes& payload) {
  std::vector<Record> records(static_cast<size_t>(count));
  for (Record& record : records) {
    record.payload = payload;
    for (uint64_t key = 0; key < kKeysPerRecord; ++key) {
      record.keys.push_back({key * 0x9e3779b97f4a7c15u, KeyType::kUpdate});
    }
  }
  return records;
}

void BenchAppend(benchmark::State& state) {
  Volume volume(8 << 20, state.range(2) != 0);
  const Bytes payload(static_cast<size_t>(state.range(1)), std::byte{'p'});
  std::vector<Record> records = MakeRecords(state.range(0), payload);
  uint64_t bytes = 0;
  uint64_t appends = 0;
  Position last;
  for (auto _ : state) {
    const AppendReport report = volume.log->Append(records);
    CHECK(report.outcome == storage::AppendOutcome::kOk);
    bytes +=
        report.end.segment == last.segment ? report.end.offset - last.offset : report.end.offset;
    last = report.end;
    if (++appends % 256 == 0) {  // the medium is memory: keep it small
      state.PauseTiming();
      CHECK_OK(volume.log->Trim(last));
      last = *volume.log->DurableEnd();
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
void Cases(benchmark::internal::Benchmark* bench) {
  for (const int64_t encrypted : {0, 1}) {
    bench->Args({1, 300, encrypted})->Args({4, 300, encrypted})->Args({32, 300, encrypted});
    bench->Args({1, 16384, encrypted})->Args({1, 65536, encrypted});
  }
}
BENCHMARK(BenchAppend)->Apply(Cases);

void BenchRead(benchmark::State& state) {
  Volume volume(64 << 20, state.range(2) != 0);
  const Bytes payload(static_cast<size_t>(state.range(1)), std::byte{'p'});
  std::vector<Record> records = MakeRecords(state.range(0), payload);
  const int64_t appends = (32 << 20) / (state.range(0) * (state.range(1) + 200));
  for (int64_t i = 0; i < appends; ++i) {
    CHECK(volume.log->Append(records).outcome == storage::AppendOutcome::kOk);
  }
  const auto bytes = static_cast<int64_t>(volume.log->DurableEnd()->offset);
  for (auto _ : state) {
    auto reader = volume.log->NewReaderAfter(Seqno::Zero());
    CHECK_OK(reader);
    int64_t count = 0;
    while (true) {
      const auto entry = (*reader)->Next();
      CHECK_OK(entry);
      if (*entry == nullptr) {
        break;
      }
      ++count;
    }
    CHECK(count == appends * state.range(0));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * appends * state.range(0));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * bytes);
}
BENCHMARK(BenchRead)->Apply(Cases);

void BenchScan(benchmark::State& state) {
  const Bytes payload(300, std::byte{'p'});
  const std::vector<Record> records = MakeRecords(4, payload);
  const BatchSeeds seeds(Uuid::FromRandom(1, 1), {{1}, {1}}, true, false);
  ChainEntry entry;
  entry.segment = seeds.segment();
  entry.before = Seqno::Zero();
  BatchBuilder builder(true, 1 << 20, nullptr);
  Bytes segment;
  while (segment.size() < (32u << 20)) {
    builder.Start();
    for (Record record : records) {
      record.payload_hash = Hash64(record.payload, 0);
      CHECK(builder.Add(record));
    }
    builder.Finish();
    const ByteView batch =
        builder.Place(seeds, {.offset = segment.size(), .durable_end = segment.size()});
    segment.insert(segment.end(), batch.begin(), batch.end());
  }
  segment.resize(64u << 20);  // the unwritten half
  for (auto _ : state) {
    const SegmentScan scan = ScanSegment(segment, seeds, entry, 0, nullptr);
    CHECK(scan.tail == SegmentTail::kClean);
    benchmark::DoNotOptimize(scan.valid_end);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * (64 << 20));
}
BENCHMARK(BenchScan)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace borealis::log
