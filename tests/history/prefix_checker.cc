#include "prefix_checker.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace borealis::history {
namespace {

bool AtMost(const Read& a, const Read& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

}  // namespace

void PrefixChecker::AddCommit(size_t counter, int64_t value, int64_t seqno) {
  CHECK(counter < seqnos_.size() && value >= 1);
  seqnos_[counter][value] = seqno;
}

void PrefixChecker::AddRead(const std::string& node, const Read& read) {
  CHECK(read.size() == seqnos_.size(), "{} values of {} counters", read.size(), seqnos_.size());
  Seen& seen = reads_[read];
  if (seen.times == 0) seen.node = node;
  ++seen.times;
}

int64_t PrefixChecker::SeqnoOf(size_t counter, int64_t value) const {
  const auto found = seqnos_[counter].find(value);
  return found == seqnos_[counter].end() ? 0 : found->second;
}

// The newest commit that it shows, and the oldest that it lacks.
std::string PrefixChecker::GapOf(const Read& read) const {
  int64_t shown = 0;
  int64_t lacking = 0;
  size_t shown_counter = 0;
  size_t lacking_counter = 0;
  for (size_t i = 0; i < read.size(); ++i) {
    const int64_t has = read[i] == 0 ? 0 : SeqnoOf(i, read[i]);
    const int64_t next = SeqnoOf(i, read[i] + 1);
    if (has > shown) {
      shown = has;
      shown_counter = i;
    }
    if (next != 0 && (lacking == 0 || next < lacking)) {
      lacking = next;
      lacking_counter = i;
    }
  }
  if (lacking == 0 || lacking > shown) return {};
  return fmt::format("shows seqno {} (counter {}), lacks seqno {} (counter {})", shown,
                     shown_counter, lacking, lacking_counter);
}

Verdict PrefixChecker::Check() const {
  Verdict verdict;
  std::vector<const std::pair<const Read, Seen>*> order;
  for (const auto& entry : reads_) {
    verdict.reads += entry.second.times;
    order.push_back(&entry);
    const std::string gap = GapOf(entry.first);
    if (gap.empty()) continue;
    if (++verdict.gaps <= kExamplesMax) {
      verdict.examples.push_back(
          fmt::format("gap: {} read {}: {}", entry.second.node, entry.first, gap));
    }
  }
  verdict.distinct = order.size();
  const auto sum = [](const Read& read) {
    return std::accumulate(read.begin(), read.end(), int64_t{0});
  };
  // If all are ordered, they are in the order of their sums; so neighbours tell for all pairs.
  std::sort(order.begin(), order.end(),
            [&](const auto* a, const auto* b) { return sum(a->first) < sum(b->first); });
  for (size_t i = 1; i < order.size(); ++i) {
    const auto& [read, seen] = *order[i];
    const auto& [before, seen_before] = *order[i - 1];
    if (AtMost(before, read)) continue;
    if (++verdict.forks <= kExamplesMax) {
      verdict.examples.push_back(
          fmt::format("fork: {} read {}, {} read {}", seen_before.node, before, seen.node, read));
    }
  }
  return verdict;
}

}  // namespace borealis::history
