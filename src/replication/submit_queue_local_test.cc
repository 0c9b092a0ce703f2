// Claims about SubmitQueue over the real log on real files, several appends in flight, while writes
// and syncs fail: what certification relies on (request numbers rise along the log), and what
// clients rely on (told ok: once in the log; told no: not in the log).
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "base/log.h"
#include "log/log.h"
#include "replication/submit_queue.h"
#include "storage/local/local_backend.h"
#include "storage/local/testing.h"

namespace borealis::replication {
namespace {

using storage::LocalBackend;
using storage::LocalOptions;
using storage::local::FailingFileOps;

// One server's writers, and the one who reads for them.
class Node {
 public:
  Node(const std::string& volume, const LocalOptions& local, uint64_t id)
      : source_{Uuid::FromRandom(7, id)} {
    auto backend = LocalBackend::Open(volume, local);
    CHECK_OK(backend);
    backend_ = std::move(*backend);
    auto log = log::Log::Open(*backend_, {.segment_bytes = 16 << 10}, SystemClock());
    CHECK_OK(log);
    log_ = std::move(*log);
    auto reader = log_->NewReaderAfter(Seqno::Zero());
    CHECK_OK(reader);
    MutexLock lock(read_mutex_);
    reader_ = std::move(*reader);
    queue_ = std::make_unique<SubmitQueue>(
        *log_, SystemClock(), [this] { return Read(); }, figures_);
  }
  ~Node() { queue_->Close({Code::kAborted, "the test ends"}); }

  Status Read() {
    MutexLock lock(read_mutex_);
    while (true) {
      ASSIGN_OR_RETURN(const LogEntry* entry, reader_->Next());
      if (entry == nullptr) return {};
      RequestNo& last = last_request_[entry->record.source.uuid.ToString()];
      EXPECT_GT(entry->record.request, last) << "certification takes it for a repeat";
      last = std::max(last, entry->record.request);
      EXPECT_TRUE(in_log_.emplace(entry->record.trx, entry->seqno).second) << "twice in the log";
      if (entry->record.source == source_) {
        queue_->Settle(entry->record.request, entry->seqno, {});
      }
    }
  }
  SubmitResult Submit(uint64_t trx) {
    const Bytes payload(200 + trx % 400, std::byte{'p'});
    Record record;
    record.source = source_;
    record.trx = trx;
    record.payload = payload;
    return queue_->Submit(record);
  }
  std::map<uint64_t, Seqno> in_log() {
    CHECK_OK(Read());
    MutexLock lock(read_mutex_);
    return in_log_;
  }
  const CommitFigures& figures() const { return figures_; }

 private:
  const NodeId source_;
  std::unique_ptr<LocalBackend> backend_;
  std::unique_ptr<log::Log> log_;
  CommitFigures figures_;
  Mutex read_mutex_;
  std::unique_ptr<log::Reader> reader_ GUARDED_BY(read_mutex_);
  std::map<std::string, RequestNo> last_request_ GUARDED_BY(read_mutex_);
  std::map<uint64_t, Seqno> in_log_ GUARDED_BY(read_mutex_);
  std::unique_ptr<SubmitQueue> queue_;
};

TEST(SubmitQueueLocalTest, RequestNumbersRiseAlongTheLogWhateverFails) {
  constexpr int kThreadsEach = 6;
  constexpr uint64_t kEach = 250;
  SetLogSink([](LogLevel, const std::string&) {});  // hundreds of injected failures
  storage::local::TestDirectory directory;
  FailingFileOps ops;
  LocalOptions local;
  local.segment_bytes_max = 64 << 10;
  local.append_bytes_max = 16 << 10;
  local.file_ops = &ops;
  CHECK_OK(LocalBackend::Create(directory.Volume(), local));
  {
    auto backend = LocalBackend::Open(directory.Volume(), local);
    CHECK_OK(backend);
    CHECK_OK(log::Log::Create(**backend, {.volume = Uuid::FromRandom(1, 1), .created_us = 1},
                              SystemClock()));
  }
  Node a(directory.Volume(), local, 1);
  Node b(directory.Volume(), local, 2);

  Mutex mutex;
  std::map<uint64_t, Seqno> acknowledged;
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  threads.reserve(size_t{2} * kThreadsEach);
  for (uint64_t t = 0; t < uint64_t{2} * kThreadsEach; ++t) {
    threads.emplace_back([&, t] {
      Node& node = t % 2 == 0 ? a : b;
      std::mt19937_64 random(t);
      for (uint64_t i = 0; i < kEach; ++i) {
        switch (random() % 100) {
          case 0:
            ops.failing_data_syncs = 1;
            break;
          case 1:
            ops.write_error = ENOSPC;
            ops.failing_writes = 1;
            break;
          case 2:
            ops.short_writes = 1;
            ops.write_error = EIO;
            ops.failing_writes = 1;
            break;
          default:
            break;
        }
        const uint64_t trx = t * kEach + i;
        const SubmitResult result = node.Submit(trx);
        if (!result.status.ok()) {
          refused.fetch_add(1);
          continue;
        }
        MutexLock lock(mutex);
        acknowledged.emplace(trx, result.seqno);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(acknowledged, a.in_log());
  EXPECT_EQ(acknowledged, b.in_log());
  EXPECT_GT(refused, 0);
  EXPECT_GT(a.figures().unknown_appends + b.figures().unknown_appends, 5);
  SetLogSink(nullptr);
}

}  // namespace
}  // namespace borealis::replication
