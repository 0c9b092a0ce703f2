// What the tests of SubmitQueue share: a queue over a FakeLog, and submitters.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <thread>

#include "base/log.h"
#include "replication/fake_log.h"
#include "replication/submit_queue.h"

namespace borealis::replication {

class SubmitQueueTest : public ::testing::Test {
 protected:
  SubmitQueueTest() { SetLogLevel(LogLevel::kError); }

  // Settles what is in the log; a request number seen before is a repeat.
  Status ReadLog() {
    log_.ReadStored([this](const FakeLog::Stored& stored, Seqno seqno) {
      if (!IsOrdered(stored.type) || stored.request <= last_request_) return;
      last_request_ = stored.request;
      queue_.Settle(stored.request, seqno, {});
    });
    return read_status_.load() == Code::kOk ? Status::Ok() : Status(read_status_, "no reading");
  }
  SubmitResult Submit(uint64_t trx, RecordType type = RecordType::kWriteSet, bool wait = true) {
    Record record;
    record.type = type;
    record.trx = trx;
    return queue_.Submit(record, wait);
  }
  std::future<SubmitResult> SubmitAsync(uint64_t trx) {
    return std::async(std::launch::async, [this, trx] { return Submit(trx); });
  }
  std::vector<uint64_t> StoredTrxs() {
    std::vector<uint64_t> trxs;
    for (const FakeLog::Stored& stored : log_.stored()) trxs.push_back(stored.trx);
    return trxs;
  }
  // Eight threads, 150 records each. A record is in the log once if its submitter was told so, and
  // not at all if it was told otherwise; request numbers rise, or certification takes one for a
  // repeat.
  void SubmitFromManyThreads() {
    constexpr int kThreads = 8;
    constexpr int kEach = 150;
    Mutex mutex;
    std::map<uint64_t, Seqno> acknowledged;  // guarded by mutex
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const auto trx = static_cast<uint64_t>(t * kEach + i);
          const SubmitResult result = Submit(trx);
          if (!result.status.ok()) continue;
          MutexLock lock(mutex);
          acknowledged.emplace(trx, result.seqno);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();

    std::map<uint64_t, Seqno> in_log;
    RequestNo last;
    Seqno seqno = Seqno::Zero();
    for (const FakeLog::Stored& stored : log_.stored()) {
      seqno = seqno.Next();
      EXPECT_GT(stored.request, last);
      last = stored.request;
      EXPECT_TRUE(in_log.emplace(stored.trx, seqno).second) << "doubled: " << stored.trx;
    }
    EXPECT_EQ(acknowledged, in_log);
  }
  void WaitUntilQueued(size_t count) {
    while (queue_.waiting() < count) std::this_thread::yield();
  }

  ManualClock clock_;
  CommitFigures figures_;
  FakeLog log_;
  std::atomic<Code> read_status_{Code::kOk};
  RequestNo last_request_;  // by the one who reads
  std::function<Status()> read_ = [this] { return ReadLog(); };
  SubmitQueue queue_{log_, clock_, [this] { return read_(); }, figures_};
};

}  // namespace borealis::replication
