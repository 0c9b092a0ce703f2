#include "replication/order_tracker.h"

#include "base/check.h"

namespace borealis::replication {

void OrderTracker::Deliver(Seqno seqno, bool skip) {
  CHECK(seqno == delivered_.Next(), "delivered {} after {}", seqno, delivered_);
  delivered_ = seqno;
  if (skip) {
    skipped_.insert(seqno);
    PassSkipped();
  }
}

Seqno OrderTracker::Leave(Seqno seqno) {
  CHECK(MayEnter(seqno), "{} leaves commit order, its turn is after {}", seqno, left_);
  CHECK(seqno <= delivered_, "{} leaves, delivered is {}", seqno, delivered_);
  left_ = seqno;
  PassSkipped();
  return left_.Next();
}

Seqno OrderTracker::Skip(Seqno seqno) {
  CHECK(seqno <= delivered_ && seqno > left_, "{} is skipped, left {} delivered {}", seqno, left_,
        delivered_);
  CHECK(skipped_.insert(seqno).second, "{} is skipped twice", seqno);
  PassSkipped();
  return left_.Next();
}

void OrderTracker::Finish(Seqno seqno) {
  CHECK(seqno <= left_ && seqno > finished_, "{} finishes, left {} finished {}", seqno, left_,
        finished_);
  CHECK(finished_set_.insert(seqno).second, "{} finishes twice", seqno);
  AdvanceFinished();
}

void OrderTracker::PassSkipped() {
  while (!skipped_.empty() && *skipped_.begin() == left_.Next()) {
    left_ = left_.Next();
    skipped_.erase(skipped_.begin());
    finished_set_.insert(left_);
  }
  AdvanceFinished();
}

void OrderTracker::AdvanceFinished() {
  while (!finished_set_.empty() && *finished_set_.begin() == finished_.Next()) {
    finished_ = finished_.Next();
    finished_set_.erase(finished_set_.begin());
  }
}

}  // namespace borealis::replication
