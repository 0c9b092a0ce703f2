#include "replication/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <random>
#include <thread>

namespace borealis::replication {
namespace {

using Work = Pipeline::Work;

std::unique_ptr<ApplyItem> Item(int64_t seqno, int64_t depends_on, size_t payload_bytes = 0) {
  auto item = std::make_unique<ApplyItem>();
  item->seqno = Seqno{seqno};
  item->depends_on = Seqno{depends_on};
  item->record.backing = std::make_shared<Bytes>(payload_bytes);
  item->record.payload = *item->record.backing;
  return item;
}

void Complete(Pipeline& pipeline, Seqno seqno) {
  ASSERT_EQ(pipeline.Enter(seqno, nullptr), Pipeline::Turn::kEntered);
  pipeline.Leave(seqno);
  pipeline.Finish(seqno);
}

TEST(PipelineTest, ItemsComeInOrderAndNotBeforeTheirDependency) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverItem(Item(1, 0));
  pipeline.DeliverItem(Item(2, 0));
  pipeline.DeliverItem(Item(3, 1));
  EXPECT_EQ(pipeline.NextWork().item->seqno, Seqno{1});
  EXPECT_EQ(pipeline.NextWork().item->seqno, Seqno{2});  // in parallel with 1
  EXPECT_EQ(pipeline.backlog(), 1u);
  auto third = std::async(std::launch::async, [&] { return pipeline.NextWork(); });
  Complete(pipeline, Seqno{1});
  EXPECT_EQ(third.get().item->seqno, Seqno{3});
}

TEST(PipelineTest, EnterWaitsForEveryoneBefore) {
  Pipeline pipeline(Seqno{0});
  for (int64_t n = 1; n <= 4; ++n) pipeline.DeliverOwn(Seqno{n});
  std::vector<int64_t> order;  // guarded by the commit order itself
  std::vector<std::thread> clients;
  for (int64_t n = 4; n >= 1; --n) {
    clients.emplace_back([&pipeline, &order, n] {
      pipeline.Enter(Seqno{n}, nullptr);
      order.push_back(n);
      pipeline.Leave(Seqno{n});
      pipeline.Finish(Seqno{n});
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(order, (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(pipeline.finished(), Seqno{4});
}

TEST(PipelineTest, AbortEndsTheWaitForCommitOrderButNotTheTurn) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverOwn(Seqno{2});
  std::atomic<bool> aborted{false};
  auto waits = std::async(std::launch::async, [&] { return pipeline.Enter(Seqno{2}, &aborted); });
  aborted = true;
  pipeline.WakeEnter(Seqno{2});
  EXPECT_EQ(waits.get(), Pipeline::Turn::kAborted);
  Complete(pipeline, Seqno{1});
  // The turn has come: whoever asks gets it, aborted or not.
  EXPECT_EQ(pipeline.Enter(Seqno{2}, &aborted), Pipeline::Turn::kEntered);
}

TEST(PipelineTest, AnApplierGivesUpItsPlaceWhenTheOneBeforeItDoesNotCome) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverItem(Item(1, 0));
  pipeline.DeliverItem(Item(2, 0));
  EXPECT_EQ(pipeline.EnterWithin(Seqno{2}, 1'000'000), Pipeline::Turn::kNotInTime);
  auto waits = std::async(std::launch::async,
                          [&] { return pipeline.EnterWithin(Seqno{2}, 60'000'000'000); });
  Complete(pipeline, Seqno{1});
  EXPECT_EQ(waits.get(), Pipeline::Turn::kEntered);
}

// Whom an operator or a comparison of data holds up does not wait for anybody's locks.
TEST(PipelineTest, AnApplierKeepsItsPlaceWhileTheOrderIsHeld) {
  Pipeline pipeline(Seqno{0});
  for (int64_t n = 1; n <= 3; ++n) pipeline.DeliverItem(Item(n, 0));
  pipeline.CloseAfter(Seqno{1});
  Complete(pipeline, Seqno{1});
  auto waits =
      std::async(std::launch::async, [&] { return pipeline.EnterWithin(Seqno{3}, 1'000'000); });
  EXPECT_EQ(waits.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  pipeline.Open();
  EXPECT_EQ(waits.get(), Pipeline::Turn::kNotInTime);  // 2 is free to go, and does not
}

TEST(PipelineTest, SkippedRecordLetsTheNextOneIn) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverSkip(Seqno{2});
  pipeline.DeliverOwn(Seqno{3});
  auto waits = std::async(std::launch::async, [&] { return pipeline.Enter(Seqno{3}, nullptr); });
  Complete(pipeline, Seqno{1});
  EXPECT_EQ(waits.get(), Pipeline::Turn::kEntered);
  EXPECT_EQ(pipeline.finished(), Seqno{2});
}

TEST(PipelineTest, WaitFinishedReturnsAtTheSeqnoOrAtTheDeadline) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  ManualClock clock;
  EXPECT_FALSE(pipeline.WaitFinished(Seqno{1}, clock.MonotonicNs(), clock));
  auto waits =
      std::async(std::launch::async, [&] { return pipeline.WaitFinished(Seqno{1}, 0, clock); });
  Complete(pipeline, Seqno{1});
  EXPECT_TRUE(waits.get());
}

TEST(PipelineTest, OneIdleApplierIsTheTailWatcher) {
  Pipeline pipeline(Seqno{0});
  EXPECT_EQ(pipeline.NextWork().work, Work::kTail);
  EXPECT_TRUE(pipeline.TailMayWait());
  auto second = std::async(std::launch::async, [&] { return pipeline.NextWork(); });
  pipeline.DeliverItem(Item(1, 0));
  EXPECT_EQ(second.get().work, Work::kItem);
  pipeline.ReturnTail();
  EXPECT_EQ(pipeline.NextWork().work, Work::kTail);  // again, since it was returned
}

// The only applier was sent to the tail; an item is delivered before it fixed what it watches. Were
// it to wait, nobody would apply the item.
TEST(PipelineTest, TailWatcherDoesNotLeaveAnItemBehind) {
  Pipeline pipeline(Seqno{0});
  ASSERT_EQ(pipeline.NextWork().work, Work::kTail);
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverItem(Item(2, 1));
  EXPECT_FALSE(pipeline.TailMayWait());  // not ready, and nobody else to be told
  Complete(pipeline, Seqno{1});
  EXPECT_FALSE(pipeline.TailMayWait());  // ready
  pipeline.ReturnTail();
  EXPECT_EQ(pipeline.NextWork().item->seqno, Seqno{2});
}

TEST(PipelineTest, TailIsNotLentWhileAnItemWaitsForItsDependency) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverItem(Item(2, 1));
  auto only = std::async(std::launch::async, [&] { return pipeline.NextWork(); });
  Complete(pipeline, Seqno{1});
  EXPECT_EQ(only.get().item->seqno, Seqno{2});
}

TEST(PipelineTest, HeldTailIsLentAfterwards) {
  Pipeline pipeline(Seqno{0});
  pipeline.HoldTail(true);
  auto waits = std::async(std::launch::async, [&] { return pipeline.NextWork(); });
  pipeline.HoldTail(false);
  EXPECT_EQ(waits.get().work, Work::kTail);
}

TEST(PipelineTest, SyncedIsAnnouncedOnce) {
  Pipeline pipeline(Seqno{0});
  pipeline.AnnounceSynced();
  EXPECT_EQ(pipeline.NextWork().work, Work::kSynced);
  EXPECT_EQ(pipeline.NextWork().work, Work::kTail);
}

TEST(PipelineTest, CloseDrainsThenClosesOnceAndLetsTheOthersGo) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverItem(Item(2, 1));
  std::atomic<int> closed{0};
  std::atomic<int> exited{0};
  std::atomic<int> applied{0};
  std::vector<std::thread> appliers;
  for (int i = 0; i < 3; ++i) {
    appliers.emplace_back([&] {
      while (true) {
        Pipeline::Next next = pipeline.NextWork();
        if (next.work == Work::kTail) pipeline.ReturnTail();
        if (next.work == Work::kItem) {
          Complete(pipeline, next.item->seqno);
          ++applied;
        }
        if (next.work == Work::kClosed) {
          EXPECT_EQ(pipeline.finished(), Seqno{2});
          ++closed;
          return;
        }
        if (next.work == Work::kExit) {
          ++exited;
          return;
        }
      }
    });
  }
  pipeline.Close();
  Complete(pipeline, Seqno{1});
  for (std::thread& applier : appliers) applier.join();
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(closed, 1);
  EXPECT_EQ(exited, 2);
}

TEST(PipelineTest, PayloadsBeyondTheBoundAreDroppedButNeverTheFirst) {
  Pipeline pipeline(Seqno{0});
  constexpr size_t kHuge = Pipeline::kPayloadBytesMax + 1;
  pipeline.DeliverItem(Item(1, 0, kHuge));
  pipeline.DeliverItem(Item(2, 0, 100));
  EXPECT_EQ(pipeline.Read().queued_bytes, kHuge);
  EXPECT_EQ(pipeline.NextWork().item->record.payload.size(), kHuge);
  const auto second = pipeline.NextWork();
  EXPECT_TRUE(second.item->record.payload.empty());
  EXPECT_EQ(second.item->record.backing, nullptr);
  EXPECT_EQ(pipeline.Read().queued_bytes, 0u);
}

// Many appliers and own transactions on a random dependency graph: everything is applied once, in
// commit order, after what it depends on.
TEST(PipelineTest, RandomDependenciesUnderThreads) {
  constexpr int64_t kRecords = 600;
  constexpr int kAppliers = 4;
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Pipeline pipeline(Seqno{0});
    std::atomic<int64_t> last_left{0};
    std::atomic<int> applied{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kAppliers; ++i) {
      threads.emplace_back([&] {
        while (true) {
          Pipeline::Next next = pipeline.NextWork();
          if (next.work == Work::kTail) pipeline.ReturnTail();
          if (next.work == Work::kClosed || next.work == Work::kExit) return;
          if (next.work != Work::kItem) continue;
          EXPECT_GE(pipeline.finished(), next.item->depends_on);
          pipeline.Enter(next.item->seqno, nullptr);
          EXPECT_EQ(last_left.exchange(next.item->seqno.value), next.item->seqno.value - 1);
          pipeline.Leave(next.item->seqno);
          pipeline.Finish(next.item->seqno);
          ++applied;
        }
      });
    }
    std::mt19937_64 random(seed);
    int items = 0;
    std::vector<std::thread> clients;
    for (int64_t n = 1; n <= kRecords; ++n) {
      if (random() % 8 == 0) {
        pipeline.DeliverOwn(Seqno{n});
        clients.emplace_back([&pipeline, &last_left, n] {
          pipeline.Enter(Seqno{n}, nullptr);
          EXPECT_EQ(last_left.exchange(n), n - 1);
          pipeline.Leave(Seqno{n});
          pipeline.Finish(Seqno{n});
        });
      } else {
        const auto back = static_cast<int64_t>(random() % 10);
        pipeline.DeliverItem(Item(n, std::max<int64_t>(n - 1 - back, 0)));
        ++items;
      }
    }
    ManualClock clock;
    EXPECT_TRUE(pipeline.WaitFinished(Seqno{kRecords}, 0, clock));
    pipeline.Close();
    for (std::thread& thread : clients) thread.join();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(applied, items) << "seed " << seed;
  }
}

TEST(PipelineHoldTest, NothingAfterTheHeldSeqnoEntersUntilTheRelease) {
  Pipeline pipeline(Seqno{0});
  for (int64_t n = 1; n <= 3; ++n) pipeline.DeliverOwn(Seqno{n});
  ASSERT_TRUE(pipeline.HoldAfter(Seqno{2}, 10));
  Complete(pipeline, Seqno{1});
  Complete(pipeline, Seqno{2});
  std::atomic<bool> released{false};
  auto third = std::async(std::launch::async, [&] {
    pipeline.Enter(Seqno{3}, nullptr);
    return released.load();
  });
  EXPECT_EQ(pipeline.finished(), Seqno{2});
  EXPECT_EQ(pipeline.hold(), Seqno{2});
  released = true;
  pipeline.ReleaseHold();
  EXPECT_TRUE(third.get()) << "it entered while held";
  EXPECT_FALSE(pipeline.hold().IsDefined());
}

TEST(PipelineHoldTest, WhatLeftAlreadyCantBeHeld) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverOwn(Seqno{2});
  Complete(pipeline, Seqno{1});
  EXPECT_FALSE(pipeline.HoldAfter(Seqno{1}, 10));
  EXPECT_FALSE(pipeline.hold().IsDefined());
  Complete(pipeline, Seqno{2});
}

TEST(PipelineHoldTest, AHoldThatNobodyReleasesRunsOut) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  ASSERT_TRUE(pipeline.HoldAfter(Seqno{1}, 2));
  EXPECT_FALSE(pipeline.TickHold());
  EXPECT_TRUE(pipeline.TickHold());
  EXPECT_FALSE(pipeline.TickHold());
  EXPECT_FALSE(pipeline.hold().IsDefined());
}

TEST(PipelineHoldTest, ABruteForceAbortReachesAHeldTransaction) {
  Pipeline pipeline(Seqno{0});
  pipeline.DeliverOwn(Seqno{1});
  pipeline.DeliverOwn(Seqno{2});
  ASSERT_TRUE(pipeline.HoldAfter(Seqno{1}, 10));
  Complete(pipeline, Seqno{1});
  std::atomic<bool> aborted{false};
  auto second = std::async(std::launch::async, [&] { return pipeline.Enter(Seqno{2}, &aborted); });
  aborted = true;
  pipeline.WakeEnter(Seqno{2});
  EXPECT_EQ(second.get(), Pipeline::Turn::kAborted);
}

}  // namespace
}  // namespace borealis::replication
