// Speed and memory of certification, one core.
//
//   certifier_bench [--benchmark_filter=Sysbench|Distinct|Save|Load|Copy]
//                   [--benchmark_min_time=0.01]     (the small mode, against bit-rot)
//
// Counters: keys_per_s, records_per_s; bytes_per_claim = MemoryBytes() / claims held at the end;
// conflicts = share of records that failed.
//   Sysbench   3 to 10 rows out of 1M plus the table and the database (shared), two sources in
//   turn,
//              each up to 64 records behind; window 65536.
//   Distinct   10 new rows each time: nothing is ever found, everything is a cache miss.
//   Save, Load, Copy   a state of about 1M claims. Copy is for how long a checkpoint holds reading
//   up.
#include <benchmark/benchmark.h>

#include <random>

#include "base/check.h"
#include "certification/certifier.h"
#include "certification/test_records.h"

namespace borealis::certification {
namespace {

constexpr uint32_t kWindow = 65536;
constexpr uint64_t kRows = 1'000'000;
constexpr size_t kRing = 1 << 17;  // records made beforehand; more than a window

uint64_t HashOf(uint64_t number) { return Hash64(std::as_bytes(std::span(&number, 1)), 1); }

std::vector<Record> SysbenchRecords() {
  std::mt19937_64 random(1);
  std::vector<Record> records(kRing);
  for (size_t i = 0; i < kRing; ++i) {
    std::vector<Key> keys = {{HashOf(kRows), KeyType::kShared},
                             {HashOf(kRows + 1), KeyType::kShared}};
    for (uint64_t rows = 3 + random() % 8; rows > 0; --rows) {
      keys.push_back(
          {HashOf(random() % kRows), random() % 4 == 0 ? KeyType::kExclusive : KeyType::kUpdate});
    }
    records[i] = WriteSet(Node(1 + i % 2), 0, static_cast<int64_t>(random() % 64), std::move(keys));
  }
  return records;
}

std::vector<Record> DistinctRecords() {
  std::vector<Record> records(kRing);
  for (size_t i = 0; i < kRing; ++i) {
    std::vector<Key> keys;
    for (uint64_t row = 0; row < 10; ++row) {
      keys.push_back({HashOf(i * 10 + row), KeyType::kExclusive});
    }
    records[i] = WriteSet(Node(1 + i % 2), 0, 0, std::move(keys));
  }
  return records;
}

// Feeds the records round and round; `last_seen` of a record as made says how far it is behind.
class Feed {
 public:
  explicit Feed(std::vector<Record> records) : records_(std::move(records)) {
    certifier_.Certify({++seqno_}, JoinRecord(Node(1)));
    certifier_.Certify({++seqno_}, JoinRecord(Node(2)));
    for (const Record& record : records_) {
      behind_.push_back(record.last_seen.value);
    }
  }
  // Returns the number of keys.
  size_t Step() {
    const size_t at = static_cast<size_t>(seqno_) % kRing;
    Record& record = records_[at];
    record.request = {static_cast<uint64_t>(seqno_)};
    record.last_seen = {std::max<int64_t>(seqno_ - behind_[at], 0)};
    const Outcome outcome = certifier_.Certify({++seqno_}, record);
    failed_ += outcome.verdict != Verdict::kCommit;
    return record.keys.size();
  }
  const Certifier& certifier() const { return certifier_; }
  double FailedShare() const { return static_cast<double>(failed_) / static_cast<double>(seqno_); }

 private:
  std::vector<Record> records_;
  std::vector<int64_t> behind_;
  Certifier certifier_{kWindow};
  int64_t seqno_ = 0;
  int64_t failed_ = 0;
};

void Run(benchmark::State& state, std::vector<Record> records) {
  Feed feed(std::move(records));
  for (uint32_t i = 0; i < kWindow + kWindow / 2; ++i) {
    feed.Step();
  }
  size_t keys = 0;
  while (state.KeepRunning()) {
    keys += feed.Step();
  }
  const Certifier& certifier = feed.certifier();
  state.counters["keys_per_s"] =
      benchmark::Counter(static_cast<double>(keys), benchmark::Counter::kIsRate);
  state.counters["records_per_s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["claims"] = static_cast<double>(certifier.key_count());
  state.counters["bytes_per_claim"] =
      static_cast<double>(certifier.MemoryBytes()) / static_cast<double>(certifier.key_count());
  state.counters["conflicts"] = feed.FailedShare();
}

void BenchSysbench(benchmark::State& state) { Run(state, SysbenchRecords()); }
void BenchDistinct(benchmark::State& state) { Run(state, DistinctRecords()); }

// About 1M claims in the window.
Certifier LargeState() {
  Certifier certifier(1u << 20);
  certifier.Certify({1}, JoinRecord(Node(1)));
  for (int64_t n = 2; n <= 100'001; ++n) {
    std::vector<Key> keys;
    for (uint64_t row = 0; row < 10; ++row) {
      keys.push_back({HashOf(static_cast<uint64_t>(n) * 10 + row), KeyType::kExclusive});
    }
    CHECK(
        certifier.Certify({n}, WriteSet(Node(1), static_cast<uint64_t>(n), n - 1, keys)).verdict ==
        Verdict::kCommit);
  }
  return certifier;
}

void BenchSave(benchmark::State& state) {
  const Certifier certifier = LargeState();
  size_t bytes = 0;
  while (state.KeepRunning()) {
    bytes = certifier.Save().size();
  }
  state.counters["claims"] = static_cast<double>(certifier.key_count());
  state.counters["bytes"] = static_cast<double>(bytes);
}

void BenchLoad(benchmark::State& state) {
  const Bytes saved = LargeState().Save();
  while (state.KeepRunning()) {
    const Result<Certifier> loaded = Certifier::Load(saved);
    CHECK_OK(loaded);
    benchmark::DoNotOptimize(loaded->RunningDigest());
  }
}

// The whole of it lies in the younger generation: the worst there is for so many claims.
void BenchCopy(benchmark::State& state) {
  const Certifier certifier = LargeState();
  while (state.KeepRunning()) {
    const Certifier copy = certifier.Copy();
    benchmark::DoNotOptimize(copy.RunningDigest());
  }
  state.counters["claims"] = static_cast<double>(certifier.key_count());
  state.counters["bytes"] = static_cast<double>(certifier.MemoryBytes());
}

BENCHMARK(BenchSysbench);
BENCHMARK(BenchDistinct);
BENCHMARK(BenchSave)->Unit(benchmark::kMillisecond);
BENCHMARK(BenchLoad)->Unit(benchmark::kMillisecond);
BENCHMARK(BenchCopy)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace borealis::certification
