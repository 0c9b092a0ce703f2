// Cache: a simulated InnoDB whose log is not flushed at commit. A crash leaves a prefix of the
// commits; a crash in the middle of DDL leaves nothing that can be trusted.
#pragma once

#include <deque>

#include "base/check.h"
#include "sim/database.h"
#include "sim/random.h"

namespace borealis::sim {

class Cache {
 public:
  const Database& now() const { return now_; }
  // The last seqno that committed here, the failed ones included.
  Seqno position() const { return position_; }
  bool unsafe() const { return unsafe_; }

  // A write-set, a view, or nothing, takes its seqno.
  void Commit(Seqno seqno, const WriteSet* set, const View* view = nullptr) {
    CHECK(seqno > position_, "{} commits after {}", seqno, position_);
    if (set != nullptr) now_.Apply(seqno, *set);
    if (view != nullptr) now_.EndStreams(*view);
    position_ = seqno;
    lost_by_crash_.push_back({seqno, now_});
    if (lost_by_crash_.size() > kLagMax) MakeDurable(1);
  }
  void BeginUnsafe() { unsafe_ = true; }
  void EndUnsafe() { unsafe_ = false; }

  // The oldest `commits` that a crash could lose are safe from now on.
  void MakeDurable(size_t commits) {
    for (; commits > 0 && !lost_by_crash_.empty(); --commits) {
      durable_ = lost_by_crash_.front();
      lost_by_crash_.pop_front();
    }
  }
  // A new cache from a snapshot.
  void Restore(Seqno seqno, const Database& state) {
    lost_by_crash_.clear();
    durable_ = {seqno, state};
    now_ = state;
    position_ = seqno;
    unsafe_ = false;
  }
  void Shutdown() { MakeDurable(lost_by_crash_.size()); }
  void Crash(Random& random) {
    MakeDurable(random.Below(lost_by_crash_.size() + 1));
    lost_by_crash_.clear();
    if (unsafe_) durable_ = {};
    unsafe_ = false;
    now_ = durable_.state;
    position_ = durable_.seqno;
  }

 private:
  static constexpr size_t kLagMax = 64;  // commits

  struct Version {
    Seqno seqno = Seqno::Zero();
    Database state;
  };
  Database now_;
  Seqno position_ = Seqno::Zero();
  bool unsafe_ = false;
  Version durable_;
  std::deque<Version> lost_by_crash_;
};

}  // namespace borealis::sim
