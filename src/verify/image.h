// What a node holds, and in what nodes differ. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace borealis::verify {

// Name of a thing ("view `a`.`b`") -> everything about it that must be equal.
using Objects = std::map<std::string, std::string>;

struct TableSum {
  std::string query;  // what was asked; sums of different questions say nothing
  std::string rows;
  std::string sum;
  std::string unreadable;  // why there is no sum; empty: there is one
};
using TableSums = std::map<std::string, TableSum>;  // by "`schema`.`table`"

struct Difference {
  std::string what;                           // "rows of `a`.`b`"
  std::map<std::string, std::string> values;  // by node
};

// Things that are not the same on all nodes. `objects`: by node.
std::vector<Difference> CompareObjects(const std::map<std::string, Objects>& objects);

struct SumsVerdict {
  std::set<std::string> equal;
  std::vector<Difference> different;
  std::map<std::string, std::string> again;  // tables that could not be compared, and why
};
SumsVerdict CompareSums(const std::map<std::string, TableSums>& sums);

// SHOW CREATE TABLE without the counter of AUTO_INCREMENT, which is each node's own.
std::string WithoutCounter(const std::string& definition);

}  // namespace borealis::verify
