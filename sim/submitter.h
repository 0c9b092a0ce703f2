// Submitter: what replication::SubmitQueue does, one step at a time.
//
// Same discipline: request numbers in the order of submission; one append in flight at a time; the
// next batch may be appended before the verdicts of the last one are known; an append of unknown
// outcome is resolved, and the log read to its end, before anything else is appended; what did not
// make it is appended again under its number. The outcome of an append is looked at in a later step
// than the append, so a node can be frozen or die in between.
//
// The queue differs in two points that this does not model yet: several appends may be under way,
// and what did not make it gets a new number.
//
// Besides, an append of unknown outcome is sometimes sent once more before it is resolved, as a
// transport that resends would do: a record that lands twice counts once.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "log/log.h"
#include "sim/world.h"

namespace borealis::sim {

// Shared by whoever waits for it and the submitter.
struct Submission {
  Record record;
  bool wants_verdict = true;
  bool appending = false;  // for SeededBug::kAcknowledgeBeforeDurable
  // Not ok and done: it is not in the log and never will be.
  bool done = false;
  Status status;
  Seqno seqno = Seqno::Undefined();
  certification::Outcome outcome;
  bool Committed() const {
    return status.ok() && outcome.verdict == certification::Verdict::kCommit;
  }
};
using SubmissionPtr = std::shared_ptr<Submission>;

class Submitter {
 public:
  // `read_to_end` delivers everything durable, Settle() included; not ok when it could not.
  Submitter(World& world, std::string node, NodeId self, log::Log& log,
            std::function<Status()> read_to_end);

  // The payload is kept alive by the record's `backing`.
  SubmissionPtr Submit(Record record, bool wants_verdict = true);
  // An own record was certified for the first time.
  void Settle(RequestNo request, Seqno seqno, const certification::Outcome& outcome);

  // The next thing the leader does, if there is any.
  void Step();
  bool Idle() const { return phase_ == Phase::kIdle && queue_.empty(); }
  // And everything that it sent was read again.
  bool Settled() const { return Idle() && in_flight_.empty(); }

 private:
  enum class Phase { kIdle, kAppend, kLook, kResolve, kReadBack };
  static constexpr int kUnknownRetriesMax = 8;

  void TakeBatch();
  void Append();
  void Look();
  void ReadBack();
  void Finish(const Status& status);
  std::vector<SubmissionPtr> NotInLog() const;

  World& world_;
  const std::string node_;
  const NodeId self_;
  log::Log& log_;
  const std::function<Status()> read_to_end_;

  std::deque<SubmissionPtr> queue_;
  std::map<RequestNo, SubmissionPtr> in_flight_;  // ordered, not settled
  Phase phase_ = Phase::kIdle;
  std::vector<SubmissionPtr> pending_;  // the batch that is being appended
  log::AppendReport report_;
  int attempts_ = 0;
  bool sent_again_ = false;
  RequestNo last_request_;
};

}  // namespace borealis::sim
