// The conflict table, cell by cell, through Certifier: every pair of key types, for a found claim
// of the same source, of another one and of an isolated statement, below, at and above last_seen.
#include "certification/conflict_table.h"

#include <gtest/gtest.h>

#include "certification/certifier.h"
#include "certification/test_records.h"

namespace borealis::certification {
namespace {

constexpr uint32_t kWindow = 100;
constexpr uint64_t kHash = 77;

enum class FoundBy { kSameSource, kOtherSource, kSameSourceIsolated, kOtherSourceIsolated };

struct Cell {
  KeyType found;
  KeyType added;
  char expected;  // C conflict, D dependency, N nothing
};

using enum KeyType;
constexpr Cell kCells[] = {
    {kExclusive, kExclusive, 'C'}, {kExclusive, kUpdate, 'C'},    {kExclusive, kReference, 'C'},
    {kExclusive, kShared, 'C'},    {kUpdate, kExclusive, 'C'},    {kUpdate, kUpdate, 'C'},
    {kUpdate, kReference, 'D'},    {kUpdate, kShared, 'D'},       {kReference, kExclusive, 'C'},
    {kReference, kUpdate, 'D'},    {kReference, kReference, 'N'}, {kReference, kShared, 'N'},
    {kShared, kExclusive, 'D'},    {kShared, kUpdate, 'D'},       {kShared, kReference, 'N'},
    {kShared, kShared, 'N'},
};

class ConflictTable : public testing::TestWithParam<FoundBy> {
 protected:
  static bool isolated() {
    return GetParam() == FoundBy::kSameSourceIsolated ||
           GetParam() == FoundBy::kOtherSourceIsolated;
  }
  static bool same_source() {
    return GetParam() == FoundBy::kSameSource || GetParam() == FoundBy::kSameSourceIsolated;
  }

  // Seqnos 1, 2: joins. 3: nothing. 4: the found claim. 5: nothing. 6: the new one.
  static Outcome Meet(const Cell& cell, int64_t last_seen, RecordType type) {
    const NodeId origin = Node(1);
    const NodeId finder = same_source() ? origin : Node(2);
    Certifier certifier(kWindow);
    certifier.Certify({1}, JoinRecord(Node(1)));
    certifier.Certify({2}, JoinRecord(Node(2)));
    certifier.Certify({3}, WriteSet(origin, 2, 2, {}));
    certifier.Certify({4}, OfType(isolated() ? RecordType::kIsolated : RecordType::kWriteSet,
                                  WriteSet(origin, 3, 3, {{kHash, cell.found}})));
    certifier.Certify({5}, WriteSet(origin, 4, 4, {}));
    const uint64_t request = same_source() ? 5 : 2;
    return certifier.Certify({6}, OfType(type, WriteSet(finder, request, last_seen,
                                                        {{1, kUpdate}, {kHash, cell.added}})));
  }
};

TEST_P(ConflictTable, DecidesEveryCell) {
  // The last isolated statement or view: what a record depends on in any case.
  const int64_t least = isolated() ? 4 : 2;
  for (const Cell& cell : kCells) {
    for (const int64_t last_seen : {0, 3, 4, 5}) {
      SCOPED_TRACE(fmt::format("found {} new {} last_seen {}", static_cast<int>(cell.found),
                               static_cast<int>(cell.added), last_seen));
      const bool concurrent = last_seen < 4;
      const bool fails = cell.expected == 'C' && concurrent && (isolated() || !same_source());
      const Outcome outcome = Meet(cell, last_seen, RecordType::kWriteSet);
      EXPECT_EQ(outcome.verdict, fails ? Verdict::kConflict : Verdict::kCommit);
      EXPECT_EQ(outcome.depends_on.value, cell.expected == 'N' || fails ? least : 4);
      const Outcome fragment = Meet(cell, last_seen, RecordType::kFragment);
      EXPECT_EQ(fragment.verdict, outcome.verdict);
      EXPECT_EQ(fragment.depends_on.value, fails ? least : 5);
    }
  }
}

TEST_P(ConflictTable, NeverStopsAnIsolatedStatement) {
  for (const Cell& cell : kCells) {
    for (const int64_t last_seen : {0, 3, 4, 5}) {
      const Outcome outcome = Meet(cell, last_seen, RecordType::kIsolated);
      EXPECT_EQ(outcome.verdict, Verdict::kCommit);
      EXPECT_EQ(outcome.depends_on.value, 5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(FoundBy, ConflictTable,
                         testing::Values(FoundBy::kSameSource, FoundBy::kOtherSource,
                                         FoundBy::kSameSourceIsolated,
                                         FoundBy::kOtherSourceIsolated));

TEST(RelationOf, IsTheTableOfTheContract) {
  for (const Cell& cell : kCells) {
    const Relation expected = cell.expected == 'C'   ? Relation::kConflicts
                              : cell.expected == 'D' ? Relation::kDepends
                                                     : Relation::kNone;
    EXPECT_EQ(RelationOf(cell.found, cell.added), expected);
  }
}

}  // namespace
}  // namespace borealis::certification
