#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <thread>

#include "replication/submit_queue_fixture.h"

namespace borealis::replication {
namespace {

using storage::AppendOutcome;

constexpr auto kBound = std::chrono::seconds(30);  // no machine that works takes that long

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
  SubmitFromManyThreads();
  EXPECT_GT(figures_.unknown_appends, 0);
  EXPECT_EQ(queue_.waiting(), 0u);
}

}  // namespace
}  // namespace borealis::replication
