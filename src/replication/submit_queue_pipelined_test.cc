// Claims about SubmitQueue over a log that tells places: several appends in flight.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "replication/submit_queue_fixture.h"

namespace borealis::replication {
namespace {

using storage::AppendOutcome;

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
  SubmitFromManyThreads();
  EXPECT_GT(figures_.unknown_appends, 0);
  EXPECT_GT(in_flight_max, 1);
  EXPECT_LE(in_flight_max, SubmitQueue::kAppendsInFlightMax);
  EXPECT_EQ(queue_.waiting(), 0u);
}

}  // namespace
}  // namespace borealis::replication
