// OrderTracker: who may commit, what may be applied, what is complete.
//
// Every ordered record passes three gates, each a point of the total order:
//   delivered   read from the log and certified;
//   left        it committed in order: n leaves only after n - 1 left;
//   finished    it is complete (applied and visible, or rolled back); in any order after leaving,
//               `finished()` is the prefix.
// A record that needs no work here (a repeat, a refused view) is skipped: it leaves by itself when
// its turn comes.
//
// Invariants: left <= delivered, finished <= left; CHECKed at every step.
// Pure and thread-compatible: the driver calls it under its mutex, the simulator without one.
#pragma once

#include <set>

#include "model/ids.h"

namespace borealis::replication {

class OrderTracker {
 public:
  // All gates stand at `start`.
  explicit OrderTracker(Seqno start) : delivered_(start), left_(start), finished_(start) {}

  // The next record in order was delivered. REQUIRES: seqno == delivered() + 1.
  void Deliver(Seqno seqno, bool skip);

  // REQUIRES: seqno was delivered and is not skipped.
  bool MayEnter(Seqno seqno) const { return left_.Next() == seqno; }
  // REQUIRES: MayEnter(seqno). Returns the seqno whose turn it is now (left() + 1).
  Seqno Leave(Seqno seqno);
  // Nobody will take the turn of `seqno` after all. REQUIRES: it was delivered, did not leave and
  // is not skipped. Returns the seqno whose turn it is now.
  Seqno Skip(Seqno seqno);
  // REQUIRES: seqno left, not finished before.
  void Finish(Seqno seqno);

  // A record with this dependency may be applied.
  bool MayApply(Seqno depends_on) const { return finished_ >= depends_on; }

  Seqno delivered() const { return delivered_; }
  Seqno left() const { return left_; }
  Seqno finished() const { return finished_; }
  bool Drained() const { return finished_ == delivered_; }

 private:
  void PassSkipped();
  void AdvanceFinished();

  Seqno delivered_;
  Seqno left_;
  Seqno finished_;
  std::set<Seqno> skipped_;       // delivered, not left
  std::set<Seqno> finished_set_;  // finished, above finished_
};

}  // namespace borealis::replication
