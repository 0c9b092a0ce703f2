// PrefixChecker: does every read show a prefix of one order of commits, the same on every node?
//
// The history has `counters` single-row counters. Counter i is raised by one writer, one by one:
// its value v names the v-th commit of that writer. A read is one consistent read of all counters.
//
// Two checks, each of all reads:
//   fork     any two reads are ordered: one has, in every counter, at least what the other has.
//            Two that are not saw two commits in different orders. Needs no knowledge of the order.
//   gap      with the place of every commit in the log (seqno) given, no read shows a commit while
//            it lacks one that comes earlier in the log. Finds what a fork needs two reads for.
// Equal reads of one node are stored once.
//
// Thread-compatible. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace borealis::history {

using Read = std::vector<int64_t>;  // value of each counter

struct Verdict {
  size_t reads = 0;                   // recorded
  size_t distinct = 0;                // different by value
  size_t forks = 0;                   // neighbours in the order of sums that are not ordered
  size_t gaps = 0;                    // distinct reads with a gap
  std::vector<std::string> examples;  // some of both, in words

  bool ok() const { return forks == 0 && gaps == 0; }
};

class PrefixChecker {
 public:
  explicit PrefixChecker(size_t counters) : seqnos_(counters) {}

  // Counter `counter` got the value `value` by the commit at `seqno`. In any order; what is not
  // told is not checked for gaps. REQUIRES: value >= 1.
  void AddCommit(size_t counter, int64_t value, int64_t seqno);
  // REQUIRES: as many values as counters.
  void AddRead(const std::string& node, const Read& read);

  Verdict Check() const;

 private:
  static constexpr size_t kExamplesMax = 5;  // of each kind

  struct Seen {
    std::string node;  // the first that saw it
    size_t times = 0;
  };
  int64_t SeqnoOf(size_t counter, int64_t value) const;  // 0: not told
  std::string GapOf(const Read& read) const;             // empty: none

  std::vector<std::map<int64_t, int64_t>> seqnos_;  // by counter: value -> seqno
  std::map<Read, Seen> reads_;
};

}  // namespace borealis::history
