// SubmitQueue: local records on their way into the log.
//
// Whoever submits while nobody leads becomes the leader: it takes everything that waits, numbers
// it, and appends it as one batch. It hands leadership on as soon as the batch has its place in the
// log, so that the next batch is written while this one becomes durable; where the log tells no
// places, when the append has ended. At most kAppendsInFlightMax appends are under way.
//
// Only the leader gives request numbers and only the leader places, so numbers rise along the log
// (certification rejects one that does not as a repeat).
//
// An append that ends Unknown is resolved (sealed off, and the log read). What did not make it
// never will, so it goes back to the head of the queue and gets a new number. Resolving is tried
// for as long as it takes: nobody is told a failure that may still turn out to be a commit.
//
// Thread-safe. Verdicts come from the thread that reads the log, through Settle().
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <semaphore>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "certification/certifier.h"
#include "log/log.h"
#include "replication/commit_figures.h"

namespace borealis::replication {

// What became of a submitted record.
struct SubmitResult {
  // Ok: it has a place in the order and a verdict (ordered records), or is durable (auxiliary).
  // kUnknown: the queue was closed before its fate was known; its client must get no answer at all.
  // Otherwise it is not in the log and never will be.
  Status status;
  Seqno seqno = Seqno::Undefined();
  certification::Outcome outcome;
};

class SubmitQueue {
 public:
  static constexpr size_t kBatchRecordsMax = 512;
  static constexpr size_t kBatchBytesMax = 4u << 20;
  static constexpr int kAppendsInFlightMax = 4;
  static constexpr int kUnknownRetriesMax = 8;  // per record
  static constexpr int64_t kResolveRetryNs = 100'000'000;

  // `read_log` reads and decides everything up to the durable end; it ends up calling Settle() for
  // the own records it meets. kUnavailable: not now (the node is paused). Borrowed objects outlive
  // the queue.
  SubmitQueue(log::Log& log, const Clock& clock, std::function<Status()> read_log,
              CommitFigures& figures);

  // Blocks until the record is durable and, when ordered and `wants_verdict`, has its verdict. The
  // record's payload must stay valid meanwhile; `record` is given back with its request number,
  // hash and chunks.
  SubmitResult Submit(Record& record, bool wants_verdict = true) EXCLUDES(mutex_);

  // The log has an own ordered record for the first time: its submitter learns the verdict.
  void Settle(RequestNo request, Seqno seqno, const certification::Outcome& outcome)
      EXCLUDES(mutex_);

  // Every later Submit fails with `why`; those waiting for their turn, too. Returns when none is
  // left inside an append.
  void Close(const Status& why) EXCLUDES(mutex_);

  // The log can't be read any more: who still waits for a verdict gets kUnknown. REQUIRES: closed.
  void Abandon(const Status& why) EXCLUDES(mutex_);

  // Submitters that wait: for their turn, or for a verdict.
  size_t waiting() const EXCLUDES(mutex_);

 private:
  using Wake = std::binary_semaphore;
  // Wakes when it is destroyed, and so after the lock that is taken after it: who is woken does not
  // run into it.
  class Wakes {
   public:
    Wakes() = default;
    Wakes(const Wakes&) = delete;
    Wakes& operator=(const Wakes&) = delete;
    ~Wakes() {
      for (const std::shared_ptr<Wake>& wake : list_) wake->release();
    }
    void Add(std::shared_ptr<Wake> wake) { list_.push_back(std::move(wake)); }

   private:
    std::vector<std::shared_ptr<Wake>> list_;
  };
  struct Submission {
    Record* record = nullptr;
    bool ordered = false;
    bool wants_verdict = false;  // only with `ordered`
    bool leads = false;          // woken to lead, not because it is settled
    bool pinned = false;  // in the leader's hands: settled or not, its submitter stays asleep
    bool settled = false;
    int unknown_appends = 0;  // that it was in and that did not reach the log
    SubmitResult result;
    int64_t queued_ns = 0;
    int64_t in_flight_ns = 0;
    // Shared: its submitter may be gone while the waker is still inside release().
    const std::shared_ptr<Wake> wake = std::make_shared<Wake>(0);
    ~Submission() { CHECK(!pinned, "a submission left while its leader still works on it"); }
  };

  using Batch = std::vector<Submission*>;

  // The leader's round: take a batch, append it, hand over, read the log.
  void Lead() EXCLUDES(mutex_);
  Batch TakeBatch() EXCLUDES(mutex_);
  // `leads` becomes false when leadership went on meanwhile.
  log::AppendReport Append(const Batch& batch, bool& leads) EXCLUDES(mutex_);
  // The batch has its place: the next leader may go.
  void Placed(bool& leads) EXCLUDES(mutex_);
  // After an append with unknown outcome: those of the batch that are not in the log and never will
  // be. Not ok (kUnknown): the queue was closed before that was known of these.
  Status Resolve(const Batch& batch, Batch& missing) EXCLUDES(mutex_);
  Batch NotInLog(const Batch& batch) const REQUIRES(mutex_);
  // Ends the append: `failed` is done with `why`, `again` goes back to the queue, the rest waits
  // for its verdict. The leader touches nothing of the batch after this.
  void End(const Batch& batch, const Batch& failed, const Status& why, const Batch& again,
           bool leads) EXCLUDES(mutex_);
  void Fail(Submission& submission, const Status& why) REQUIRES(mutex_);
  void FailQueued(Wakes& wakes) REQUIRES(mutex_);
  void HandOver(Wakes& wakes) REQUIRES(mutex_);

  log::Log& log_;
  const Clock& clock_;
  const std::function<Status()> read_log_;
  CommitFigures& figures_;

  mutable Mutex mutex_;
  std::deque<Submission*> queue_ GUARDED_BY(mutex_);
  // Ordered records taken for a batch and not yet settled, by request; null when nobody waits.
  std::map<uint64_t, Submission*> in_flight_ GUARDED_BY(mutex_);
  uint64_t last_request_ GUARDED_BY(mutex_) = 0;
  // Somebody leads, or leadership is `parked_` until an append ends.
  bool leader_ GUARDED_BY(mutex_) = false;
  bool parked_ GUARDED_BY(mutex_) = false;
  int in_flight_appends_ GUARDED_BY(mutex_) = 0;
  Status closed_ GUARDED_BY(mutex_);
  CondVar idle_;  // nobody leads and nothing is in flight
  CondVar closing_;
};

}  // namespace borealis::replication
