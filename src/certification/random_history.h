// RandomHistory: ordered records as a busy, faulty and partly malicious cluster might log them.
//
// Small key spaces and windows, so that everything happens often: conflicts, records around the
// edge of the window, repeats of whole records, joins (new, replacing, for taken slots, of former
// members), departures that hold or do not, records of non-members, malformed ones. A seed gives
// one history, the same everywhere.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "model/record.h"
#include "model/view.h"

namespace borealis::certification {

class RandomHistory {
 public:
  explicit RandomHistory(uint64_t seed);

  uint32_t window() const { return window_; }
  // The record that takes `seqno` when `view` is in force. To be called for 1, 2, 3, ...
  Record Next(int64_t seqno, const View& view);

  // 0 .. bound - 1
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool Percent(uint64_t percent) { return Below(100) < percent; }

 private:
  Record MakeJoin(const View& view);
  Record MakeDeparture(int64_t seqno, const View& view);
  Record MakeData(int64_t seqno, const View& view);
  Record MakeViewRecord(const NodeId& source, const ViewChange& change);
  NodeId SomeSource(const View& view);
  NodeId SomeKnownNode();
  RequestNo SomeRequest(const NodeId& source);
  int64_t SomeLastSeen(int64_t seqno);
  Key SomeKey();

  std::mt19937_64 random_;
  uint32_t window_;
  uint64_t key_space_;
  uint64_t names_;
  bool calm_;  // few view changes, so that windows fill up
  uint64_t next_request_ = 1;
  std::vector<NodeId> nodes_;  // all that ever tried to join
  std::vector<Record> recent_;
};

}  // namespace borealis::certification
