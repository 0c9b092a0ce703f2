#include "replication/submit_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <random>
#include <set>
#include <thread>

#include "base/log.h"
#include "replication/fake_log.h"

namespace borealis::replication {
namespace {

using storage::AppendOutcome;

constexpr auto kBound = std::chrono::seconds(30);  // no machine that works takes that long

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

TEST_F(SubmitQueueTest, ARecordGetsItsPlaceAndItsVerdict) {
  const SubmitResult first = Submit(1);
  ASSERT_TRUE(first.status.ok());
  EXPECT_EQ(first.seqno, Seqno{1});
  EXPECT_EQ(Submit(2).seqno, Seqno{2});
  EXPECT_EQ(log_.stored()[1].request, RequestNo{2});
  EXPECT_EQ(queue_.waiting(), 0u);
}

TEST_F(SubmitQueueTest, AuxiliaryRecordsWaitForDurabilityOnly) {
  read_ = [] { return Status(Code::kIo, "nobody reads"); };
  const SubmitResult result = Submit(1, RecordType::kDigest);
  EXPECT_TRUE(result.status.ok());
  EXPECT_FALSE(result.seqno.IsDefined());
}

TEST_F(SubmitQueueTest, WithoutAVerdictNobodyWaitsForTheReader) {
  read_ = [] { return Status(Code::kUnavailable, "paused"); };
  EXPECT_TRUE(Submit(1, RecordType::kView, /*wait=*/false).status.ok());
  EXPECT_TRUE(ReadLog().ok());  // its verdict goes nowhere, and harms nobody
  EXPECT_EQ(queue_.waiting(), 0u);
}

TEST_F(SubmitQueueTest, WhoWaitsDuringAnAppendGoesIntoTheNextBatchTogether) {
  std::promise<void> gate;
  std::vector<size_t> batches;  // one append at a time
  log_.on_append = [&](std::span<Record> records) {
    if (batches.empty()) gate.get_future().wait();
    batches.push_back(records.size());
    for (size_t i = 1; i < records.size(); ++i) {
      EXPECT_GT(records[i].request, records[i - 1].request);
    }
    return log_.StoreAll(records);
  };
  std::vector<std::future<SubmitResult>> results;
  for (uint64_t n = 1; n <= 6; ++n) {
    results.push_back(SubmitAsync(n));
    WaitUntilQueued(n);
  }
  gate.set_value();
  for (auto& result : results) EXPECT_TRUE(result.get().status.ok());
  EXPECT_EQ(batches, (std::vector<size_t>{1, 5}));
}

TEST_F(SubmitQueueTest, LeadershipIsHandedOnBeforeTheLogIsRead) {
  std::promise<void> second_append;
  std::shared_future<void> second_began = second_append.get_future().share();
  std::atomic<int> appends{0};
  std::atomic<int> reads{0};
  log_.on_append = [&](std::span<Record> records) {
    const int number = ++appends;
    if (number == 1) WaitUntilQueued(2);
    if (number == 2) second_append.set_value();
    return log_.StoreAll(records);
  };
  read_ = [&] {
    if (++reads == 1) {
      EXPECT_EQ(second_began.wait_for(kBound), std::future_status::ready);
    }
    return ReadLog();
  };
  auto first = SubmitAsync(1);
  WaitUntilQueued(1);
  auto second = SubmitAsync(2);
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_TRUE(second.get().status.ok());
  EXPECT_EQ(appends, 2);
}

// A log that tells places: appends end when the test says so. What ends Ok is stored then, so those
// end in their order.
class PipelinedSubmitTest : public SubmitQueueTest {
 protected:
  struct Append {
    std::vector<uint64_t> trxs;
    std::vector<RequestNo> requests;
    std::promise<AppendOutcome> outcome;
  };
  PipelinedSubmitTest() {
    log_.on_append_placed = [this](std::span<Record> records, const storage::AppendPlaced& placed) {
      auto append = std::make_shared<Append>();
      for (const Record& record : records) {
        append->trxs.push_back(record.trx);
        append->requests.push_back(record.request);
      }
      auto outcome = append->outcome.get_future();
      {
        MutexLock lock(mutex_);
        appends_.push_back(append);
        arrived_.NotifyAll();
      }
      placed();
      const AppendOutcome ends = outcome.get();
      if (ends == AppendOutcome::kOk) log_.Store(records);
      return FakeLog::Report(ends, ends == AppendOutcome::kOk ? Code::kOk : Code::kIo);
    };
  }
  // The append with this number, once it has begun.
  Append& Await(size_t number) {
    MutexLock lock(mutex_);
    while (appends_.size() <= number) arrived_.Wait(mutex_);
    return *appends_[number];
  }
  size_t begun() {
    MutexLock lock(mutex_);
    return appends_.size();
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  std::vector<std::shared_ptr<Append>> appends_ GUARDED_BY(mutex_);  // shared with the appender
};

TEST_F(PipelinedSubmitTest, TheNextBatchIsWrittenWhileThisOneBecomesDurable) {
  auto first = SubmitAsync(1);
  Append& a = Await(0);
  auto second = SubmitAsync(2);
  Append& b = Await(1);
  EXPECT_GT(b.requests[0], a.requests[0]);
  a.outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(first.get().status.ok());
  b.outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(second.get().status.ok());
}

TEST_F(PipelinedSubmitTest, WhoComesWhenTheMostAreInFlightWaitsAndGoesTogether) {
  constexpr uint64_t kMax = SubmitQueue::kAppendsInFlightMax;
  std::vector<std::future<SubmitResult>> results;
  for (uint64_t n = 0; n < kMax; ++n) {
    results.push_back(SubmitAsync(n));
    Await(n);
  }
  for (uint64_t n = kMax; n < kMax + 3; ++n) {
    results.push_back(SubmitAsync(n));
    WaitUntilQueued(n + 1);
  }
  EXPECT_EQ(begun(), kMax);
  Await(0).outcome.set_value(AppendOutcome::kOk);
  EXPECT_EQ(Await(kMax).trxs.size(), 3u);
  for (uint64_t n = 0; n <= kMax; ++n) {
    if (n > 0) Await(n).outcome.set_value(AppendOutcome::kOk);
    if (n < kMax) {
      EXPECT_TRUE(results[n].get().status.ok());
    }
  }
  for (uint64_t n = kMax; n < kMax + 3; ++n) EXPECT_TRUE(results[n].get().status.ok());
}

TEST_F(PipelinedSubmitTest, WhatAnUnknownAppendLostComesAfterWhatWasPlacedMeanwhile) {
  auto first = SubmitAsync(1);
  Append& a = Await(0);
  auto second = SubmitAsync(2);
  Append& b = Await(1);
  b.outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(second.get().status.ok());
  a.outcome.set_value(AppendOutcome::kUnknown);
  Append& again = Await(2);
  EXPECT_EQ(again.trxs, std::vector<uint64_t>{1});
  EXPECT_GT(again.requests[0], b.requests[0]);
  again.outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_EQ(StoredTrxs(), (std::vector<uint64_t>{2, 1}));
}

TEST_F(PipelinedSubmitTest, CloseWaitsForEveryAppendInFlight) {
  auto first = SubmitAsync(1);
  Await(0);
  auto second = SubmitAsync(2);
  Await(1);
  auto closed = std::async(std::launch::async, [&] { queue_.Close({Code::kAborted, "closing"}); });
  Await(0).outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout);
  Await(1).outcome.set_value(AppendOutcome::kOk);
  EXPECT_TRUE(second.get().status.ok());
  closed.get();
}

// Every ending, in every order: a record is in the log once if its submitter was told so.
TEST_F(SubmitQueueTest, ManyThreadsManyInFlightAndEveryOutcome) {
  constexpr int kThreads = 8;
  constexpr int kEach = 150;
  Mutex order;  // of places
  std::mt19937_64 random(11);
  std::atomic<int> in_flight{0};
  std::atomic<int> in_flight_max{0};
  log_.on_append_placed = [&](std::span<Record> records, const storage::AppendPlaced& placed) {
    uint64_t draw = 0;
    {
      MutexLock lock(order);
      draw = random() % 8;
      if (draw == 0) return FakeLog::Report(AppendOutcome::kNotAppended, Code::kNoSpace);
      if (draw == 1) return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
      // A prefix of it, as when a segment ends at the last good sync.
      log_.Store(draw == 2 ? records.first(random() % (records.size() + 1)) : records);
    }
    const int now = ++in_flight;
    for (int seen = in_flight_max; seen < now && !in_flight_max.compare_exchange_weak(seen, now);) {
    }
    placed();
    std::this_thread::yield();
    --in_flight;
    return draw == 2 ? FakeLog::Report(AppendOutcome::kUnknown, Code::kIo)
                     : FakeLog::Report(AppendOutcome::kOk);
  };
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
    EXPECT_GT(stored.request, last);  // or certification takes it for a repeat
    last = stored.request;
    EXPECT_TRUE(in_log.emplace(stored.trx, seqno).second) << "doubled: " << stored.trx;
  }
  EXPECT_EQ(acknowledged, in_log);
  EXPECT_GT(figures_.unknown_appends, 0);
  EXPECT_GT(in_flight_max, 1);
  EXPECT_LE(in_flight_max, SubmitQueue::kAppendsInFlightMax);
  EXPECT_EQ(queue_.waiting(), 0u);
}

TEST_F(SubmitQueueTest, NotAppendedFailsItsBatchAndTheNextOneGoesOn) {
  bool full = true;
  log_.on_append = [&](std::span<Record> records) {
    return full ? FakeLog::Report(AppendOutcome::kNotAppended, Code::kNoSpace)
                : log_.StoreAll(records);
  };
  EXPECT_EQ(Submit(1).status.code(), Code::kNoSpace);
  EXPECT_EQ(queue_.waiting(), 0u);
  full = false;
  EXPECT_TRUE(Submit(2).status.ok());
  EXPECT_EQ(StoredTrxs(), std::vector<uint64_t>{2});
}

TEST_F(SubmitQueueTest, UnknownThatNeverLandedIsAppendedAgainUnderANewNumber) {
  int appends = 0;
  std::vector<RequestNo> requests;
  log_.on_append = [&](std::span<Record> records) {
    requests.push_back(records[0].request);
    return ++appends == 1 ? FakeLog::Report(AppendOutcome::kUnknown, Code::kIo)
                          : log_.StoreAll(records);
  };
  int resolved = 0;
  log_.on_resolve = [&] {
    ++resolved;
    return Status::Ok();
  };
  EXPECT_EQ(Submit(1).seqno, Seqno{1});
  EXPECT_EQ(requests, (std::vector<RequestNo>{{1}, {2}}));
  EXPECT_EQ(resolved, 1);
  EXPECT_EQ(StoredTrxs(), std::vector<uint64_t>{1});
}

TEST_F(SubmitQueueTest, UnknownThatLandedIsNotAppendedAgain) {
  int appends = 0;
  log_.on_append = [&](std::span<Record> records) {
    ++appends;
    log_.Store(records);
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  const SubmitResult result = Submit(1);
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(result.seqno, Seqno{1});
  EXPECT_EQ(appends, 1);
}

TEST_F(SubmitQueueTest, OfABatchThatLandedInPartOnlyTheRestIsAppendedAgain) {
  std::promise<void> gate;
  std::vector<std::vector<uint64_t>> appended;
  log_.on_append = [&](std::span<Record> records) {
    std::vector<uint64_t> trxs;
    for (const Record& record : records) trxs.push_back(record.trx);
    appended.push_back(trxs);
    if (appended.size() == 1) gate.get_future().wait();
    if (appended.size() != 2) return log_.StoreAll(records);
    log_.Store(records.first(2));
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  std::vector<std::future<SubmitResult>> results;
  for (uint64_t n = 1; n <= 5; ++n) {
    results.push_back(SubmitAsync(n));
    WaitUntilQueued(n);
  }
  gate.set_value();
  for (auto& result : results) EXPECT_TRUE(result.get().status.ok());
  EXPECT_EQ(appended, (std::vector<std::vector<uint64_t>>{{1}, {2, 3, 4, 5}, {4, 5}}));
  EXPECT_EQ(StoredTrxs(), (std::vector<uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(SubmitQueueTest, ThePartThatNeverGetsInFailsAloneAfterAnUnknown) {
  std::promise<void> gate;
  int appends = 0;
  log_.on_append = [&](std::span<Record> records) {
    if (++appends == 1) gate.get_future().wait();
    if (appends == 1) return log_.StoreAll(records);
    if (appends > 2) return FakeLog::Report(AppendOutcome::kNotAppended, Code::kNoSpace);
    log_.Store(records.first(1));
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  std::vector<std::future<SubmitResult>> results;
  for (uint64_t n = 1; n <= 3; ++n) {
    results.push_back(SubmitAsync(n));
    WaitUntilQueued(n);
  }
  gate.set_value();
  EXPECT_TRUE(results[0].get().status.ok());
  EXPECT_TRUE(results[1].get().status.ok());
  EXPECT_EQ(results[2].get().status.code(), Code::kNoSpace);
}

// The disk is full when the segment should be sealed: the record is in the log all the same, and
// must not be reported as refused.
TEST_F(SubmitQueueTest, ACommitIsNotRefusedBecauseItsOutcomeCannotBeResolvedYet) {
  log_.on_append = [&](std::span<Record> records) {
    log_.Store(records);
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  int attempts = 0;
  log_.on_resolve = [&] {
    return ++attempts < 3 ? Status(Code::kNoSpace, "no room for another segment") : Status::Ok();
  };
  const SubmitResult result = Submit(1);
  EXPECT_TRUE(result.status.ok()) << result.status.ToString();
  EXPECT_EQ(result.seqno, Seqno{1});
  EXPECT_EQ(attempts, 3);
}

// The same while the node is paused: nothing is read, so nothing is known.
TEST_F(SubmitQueueTest, NothingIsAppendedAgainBeforeTheLogWasRead) {
  int appends = 0;
  log_.on_append = [&](std::span<Record> records) {
    ++appends;
    log_.Store(records);
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  int reads = 0;
  read_ = [&] { return ++reads < 3 ? Status(Code::kUnavailable, "paused") : ReadLog(); };
  EXPECT_TRUE(Submit(1).status.ok());
  EXPECT_EQ(appends, 1);
}

TEST_F(SubmitQueueTest, AnOutcomeThatStaysUnknownAtCloseIsReportedAsSuch) {
  log_.on_append = [&](std::span<Record>) {
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  std::promise<void> resolving;
  std::atomic<bool> told{false};
  log_.on_resolve = [&] {
    if (!told.exchange(true)) resolving.set_value();
    return Status(Code::kIo, "device is gone");
  };
  auto result = SubmitAsync(1);
  resolving.get_future().wait();
  auto queued = SubmitAsync(2);
  WaitUntilQueued(2);
  queue_.Close({Code::kAborted, "closing"});
  EXPECT_EQ(result.get().status.code(), Code::kUnknown);
  EXPECT_EQ(queued.get().status.code(), Code::kAborted);  // never tried
}

TEST_F(SubmitQueueTest, ResolvingGivesUpOnlyAfterManyLostAppends) {
  log_.on_append = [&](std::span<Record>) {
    return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
  };
  EXPECT_EQ(Submit(1).status.code(), Code::kUnavailable);
  EXPECT_EQ(figures_.unknown_appends, SubmitQueue::kUnknownRetriesMax + 1);
}

TEST_F(SubmitQueueTest, AVerdictThatComesDuringTheAppendWaitsForTheLeader) {
  std::promise<void> landed;
  std::promise<void> read;
  log_.on_append = [&](std::span<Record> records) {
    log_.Store(records);
    landed.set_value();
    read.get_future().wait();
    return FakeLog::Report(AppendOutcome::kOk);
  };
  auto result = SubmitAsync(1);
  landed.get_future().wait();
  EXPECT_TRUE(ReadLog().ok());  // another thread sees it first
  EXPECT_EQ(result.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  read.set_value();
  EXPECT_EQ(result.get().seqno, Seqno{1});
}

// The submitter is slow: its record is appended and read by another thread before it looks for the
// first time. (It left then, and its leader wrote into a dead stack frame.)
TEST_F(SubmitQueueTest, ASlowSubmitterDoesNotLeaveBeforeItsLeaderIsDone) {
  constexpr int kThreads = 6;
  constexpr int kEach = 10'000;
  log_.on_append = [&](std::span<Record> records) {
    log_.Store(records);
    EXPECT_TRUE(ReadLog().ok());  // settled while pinned
    std::this_thread::yield();
    return FakeLog::Report(AppendOutcome::kOk);
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(Submit(static_cast<uint64_t>(t * kEach + i)).status.ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(StoredTrxs().size(), static_cast<size_t>(kThreads * kEach));
}

TEST_F(SubmitQueueTest, CloseWaitsForTheLeaderAndRefusesTheRest) {
  std::promise<void> gate;
  std::promise<void> began;
  log_.on_append = [&](std::span<Record> records) {
    began.set_value();
    gate.get_future().wait();
    return log_.StoreAll(records);
  };
  auto first = SubmitAsync(1);
  began.get_future().wait();
  auto second = SubmitAsync(2);
  WaitUntilQueued(2);
  auto closed = std::async(std::launch::async, [&] { queue_.Close({Code::kAborted, "closing"}); });
  EXPECT_EQ(second.get().status.code(), Code::kAborted);  // so it is closed
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout);
  gate.set_value();
  closed.get();
  EXPECT_TRUE(first.get().status.ok());
  EXPECT_EQ(Submit(3).status.code(), Code::kAborted);
  EXPECT_EQ(StoredTrxs(), std::vector<uint64_t>{1});
}

TEST_F(SubmitQueueTest, VerdictsThatCanNeverBeReadAreUnknown) {
  std::promise<void> read_tried;
  read_ = [&] {
    read_tried.set_value();
    return Status(Code::kIo, "unreadable");
  };
  auto result = SubmitAsync(1);
  read_tried.get_future().wait();
  queue_.Close({Code::kAborted, "closing"});
  queue_.Abandon({Code::kIo, "unreadable"});
  EXPECT_EQ(result.get().status.code(), Code::kUnknown);
}

// Every way an append can end, from many threads: a record is in the log once if its submitter was
// told so, and not at all if it was told otherwise.
TEST_F(SubmitQueueTest, ManyThreadsAndEveryOutcome) {
  constexpr int kThreads = 8;
  constexpr int kEach = 150;
  std::mt19937_64 random(7);  // appends run one at a time
  log_.on_append = [&](std::span<Record> records) {
    switch (random() % 8) {
      case 0:
        return FakeLog::Report(AppendOutcome::kNotAppended, Code::kNoSpace);
      case 1:
        return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
      case 2:
        log_.Store(records.first(random() % (records.size() + 1)));
        return FakeLog::Report(AppendOutcome::kUnknown, Code::kIo);
      default:
        return log_.StoreAll(records);
    }
  };
  Mutex mutex;
  std::map<uint64_t, Seqno> acknowledged;  // guarded by mutex
  std::vector<std::thread> threads;
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
    EXPECT_GT(stored.request, last);  // a repeat would have been appended twice
    last = stored.request;
    EXPECT_TRUE(in_log.emplace(stored.trx, seqno).second) << "doubled: " << stored.trx;
  }
  EXPECT_EQ(acknowledged, in_log);
  EXPECT_GT(figures_.unknown_appends, 0);
  EXPECT_EQ(queue_.waiting(), 0u);
}

}  // namespace
}  // namespace borealis::replication
