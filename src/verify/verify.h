// Do these nodes hold the same data? (README.md)
//
// A difference in rows is exact: the sums are of the same question at the same seqno. A difference
// in definitions or accounts counts only when it was seen while the nodes were held at one seqno.
// What a statement like ALTER TABLE got in the way of is read again, in up to kRoundsMax rounds.
// Threads: one for each node.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "verify/common_point.h"
#include "verify/image.h"

namespace borealis::verify {

struct Progress {
  std::string node;
  size_t tables_done = 0;
  size_t tables = 0;
  std::string table;  // under way
};

struct Report {
  Seqno seqno;  // of the first round
  std::vector<std::string> nodes;
  size_t tables = 0;   // compared, rows and all
  size_t objects = 0;  // definitions, accounts, grants
  uint64_t rows = 0;   // on each node
  int rounds = 0;
  int64_t held_us_max = 0;
  std::vector<Difference> differences;
  std::map<std::string, std::string> not_compared;  // by their nature: what and why
  std::map<std::string, std::string> undecided;     // in all rounds something got in the way
};

inline constexpr int kRoundsMax = 5;

// `progress` is called from the threads of the nodes. Errors: kUnavailable, kTimeout, kInternal.
Result<Report> Verify(const std::vector<Endpoint>& endpoints, const std::string& user,
                      const std::function<void(const Progress&)>& progress);

}  // namespace borealis::verify
