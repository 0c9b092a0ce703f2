// The rules of Certifier one by one; the conflict table has its own test.
#include "certification/certifier.h"

#include <gtest/gtest.h>

#include "certification/test_records.h"

namespace borealis::certification {
namespace {

constexpr Key kRow{42, KeyType::kUpdate};

class CertifierTest : public testing::Test {
 protected:
  explicit CertifierTest(uint32_t window = 10) : certifier_(window) {
    Next(JoinRecord(a_));
    Next(JoinRecord(b_));
  }

  Outcome Next(const Record& record) {
    return certifier_.Certify(certifier_.seqno().Next(), record);
  }
  int64_t last() const { return certifier_.seqno().value; }
  uint64_t request() { return ++request_; }
  // A write-set that has seen everything.
  Record Fresh(const NodeId& source, std::vector<Key> keys) {
    return WriteSet(source, request(), last(), std::move(keys));
  }
  void Fill(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Next(Fresh(a_, {})).verdict, Verdict::kCommit);
    }
  }

  const NodeId a_ = Node(1);
  const NodeId b_ = Node(2);
  uint64_t request_ = 1;
  Certifier certifier_;
};

TEST_F(CertifierTest, StartsEmpty) {
  const Certifier fresh(10);
  EXPECT_EQ(fresh.seqno(), Seqno::Zero());
  EXPECT_EQ(fresh.RunningDigest(), 0u);
  EXPECT_EQ(fresh.window(), 10u);
  EXPECT_EQ(fresh.key_count(), 0u);
  EXPECT_TRUE(fresh.view().members.empty());
}

TEST_F(CertifierTest, FirstCommitterWins) {
  const int64_t seen = last();
  EXPECT_EQ(Next(WriteSet(a_, request(), seen, {kRow})).verdict, Verdict::kCommit);
  EXPECT_EQ(Next(WriteSet(b_, request(), seen, {kRow})).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(WriteSet(b_, request(), seen + 1, {kRow})).verdict, Verdict::kCommit);
}

TEST_F(CertifierTest, ARecordThatFailsLeavesNoClaims) {
  const int64_t seen = last();
  Next(WriteSet(a_, request(), seen, {kRow}));
  const size_t claims = certifier_.key_count();
  EXPECT_EQ(Next(WriteSet(b_, request(), seen, {kRow, {7, KeyType::kExclusive}})).verdict,
            Verdict::kConflict);
  EXPECT_EQ(certifier_.key_count(), claims);
  EXPECT_EQ(Next(WriteSet(a_, request(), seen, {{7, KeyType::kExclusive}})).verdict,
            Verdict::kCommit);
}

TEST_F(CertifierTest, TheOtherSourcesClaimIsSeenBehindTheOwn) {
  const int64_t seen = last();
  Next(WriteSet(b_, request(), seen, {kRow}));
  Next(WriteSet(a_, request(), seen + 1, {kRow}));  // a's own is the newest now
  EXPECT_EQ(Next(WriteSet(a_, request(), seen, {kRow})).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(WriteSet(a_, request(), seen + 1, {kRow})).verdict, Verdict::kCommit);
}

TEST_F(CertifierTest, IndependentRecordsMayRunInParallel) {
  Next(Fresh(a_, {{1, KeyType::kUpdate}}));
  EXPECT_EQ(Next(Fresh(b_, {{2, KeyType::kUpdate}})).depends_on, Seqno{2});
  EXPECT_EQ(Next(Fresh(b_, {{1, KeyType::kUpdate}})).depends_on, Seqno{3});
}

TEST_F(CertifierTest, TheWindowEndsExactlyWhereItSays) {
  Fill(20);
  const int64_t n = last() + 1;
  EXPECT_EQ(Next(WriteSet(a_, request(), n - 1 - 10, {})).verdict, Verdict::kCommit);
  EXPECT_EQ(Next(WriteSet(a_, request(), n - 1 - 10, {})).verdict, Verdict::kTooOld);
  EXPECT_EQ(Next(OfType(RecordType::kFragment, WriteSet(a_, request(), 0, {}))).verdict,
            Verdict::kTooOld);
  EXPECT_EQ(Next(OfType(RecordType::kIsolated, WriteSet(a_, request(), 0, {}))).verdict,
            Verdict::kCommit);
  EXPECT_EQ(Next(OfType(RecordType::kFragmentRollback, WriteSet(a_, request(), 0, {}))).verdict,
            Verdict::kCommit);
}

TEST_F(CertifierTest, TheOldestClaimOfTheWindowStillCounts) {
  Next(Fresh(a_, {kRow}));
  const int64_t claimed = last();
  Fill(9);
  EXPECT_EQ(Next(WriteSet(b_, request(), claimed - 1, {kRow})).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(WriteSet(b_, request(), claimed, {kRow})).depends_on, Seqno{claimed});
}

TEST_F(CertifierTest, DependsOnNothingOlderThanTheWindow) {
  Next(Fresh(a_, {kRow}));
  Fill(15);
  const int64_t n = last() + 1;
  EXPECT_EQ(Next(Fresh(b_, {kRow})).depends_on, Seqno{n - 1 - 10});
}

TEST_F(CertifierTest, BarriersStandAlone) {
  Fill(3);
  int64_t n = last() + 1;
  EXPECT_EQ(Next(OfType(RecordType::kIsolated, Fresh(a_, {}))).depends_on, Seqno{n - 1});
  EXPECT_EQ(Next(Fresh(b_, {})).depends_on, Seqno{n});

  Record unsafe = Fresh(b_, {});
  unsafe.flags = kFlagParallelUnsafe;
  n = last() + 1;
  EXPECT_EQ(Next(unsafe).depends_on, Seqno{n - 1});
  EXPECT_EQ(Next(Fresh(a_, {})).depends_on, Seqno{n});

  n = last() + 1;
  EXPECT_EQ(Next(JoinRecord(Node(3))).depends_on, Seqno{n - 1});
  EXPECT_EQ(Next(Fresh(a_, {})).depends_on, Seqno{n});
}

TEST_F(CertifierTest, AnIsolatedStatementHasToKnowTheOneBeforeIt) {
  const auto statement = [&](NodeId source, int64_t seen) {
    Record record = OfType(RecordType::kIsolated, WriteSet(source, request(), seen, {}));
    record.flags |= kFlagKnowsIsolated;
    return record;
  };
  const int64_t before = last();
  EXPECT_EQ(Next(statement(a_, before)).verdict, Verdict::kCommit);
  const int64_t first = last();
  Fill(2);
  Record unsafe = Fresh(b_, {});
  unsafe.flags = kFlagParallelUnsafe;  // a barrier, and no statement
  Next(unsafe);
  EXPECT_EQ(Next(statement(b_, before)).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(statement(a_, first - 1)).verdict, Verdict::kConflict) << "of its own source, too";
  EXPECT_EQ(Next(statement(b_, first)).verdict, Verdict::kCommit);
  const int64_t second = last();
  EXPECT_EQ(Next(OfType(RecordType::kIsolated, WriteSet(a_, request(), 0, {}))).verdict,
            Verdict::kCommit)
      << "without the flag";
  EXPECT_EQ(Next(statement(b_, second)).verdict, Verdict::kConflict);
}

TEST_F(CertifierTest, AParallelUnsafeRecordThatFailsIsNoBarrier) {
  const int64_t seen = last();
  Next(WriteSet(a_, request(), seen, {kRow}));
  Record unsafe = WriteSet(b_, request(), seen, {kRow});
  unsafe.flags = kFlagParallelUnsafe;
  EXPECT_EQ(Next(unsafe).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(Fresh(a_, {})).depends_on, Seqno{2});
}

TEST_F(CertifierTest, FragmentsFollowTheirPredecessorAndAreNoBarrier) {
  Fill(2);
  const int64_t n = last() + 1;
  EXPECT_EQ(Next(OfType(RecordType::kFragment, Fresh(a_, {kRow}))).depends_on, Seqno{n - 1});
  EXPECT_EQ(Next(OfType(RecordType::kFragment, Fresh(a_, {}))).depends_on, Seqno{n});
  EXPECT_EQ(Next(Fresh(b_, {})).depends_on, Seqno{2});
  EXPECT_EQ(Next(WriteSet(b_, request(), n - 1, {kRow})).verdict, Verdict::kConflict);
}

// Its locks stay on every node: what needs one of them must not be in force before it ends.
TEST_F(CertifierTest, AnOpenStreamHoldsWhatItClaimedAgainstMoreThanATransactionDoes) {
  constexpr Key kParent = {kRow.hash, KeyType::kReference};
  constexpr Key kChanged = {kRow.hash + 1, KeyType::kUpdate};
  const auto verdict = [&](int64_t seen, const Key& key) {
    return Next(WriteSet(b_, request(), seen, {key})).verdict;
  };
  const int64_t seen = last();
  Next(OfType(RecordType::kFragment, Fresh(a_, {kParent, kChanged})));
  EXPECT_EQ(verdict(seen, {kParent.hash, KeyType::kUpdate}), Verdict::kConflict);
  EXPECT_EQ(verdict(seen, {kChanged.hash, KeyType::kReference}), Verdict::kConflict);
  EXPECT_EQ(verdict(seen, kParent), Verdict::kCommit) << "two may refer to one row";
  EXPECT_EQ(verdict(last(), {kChanged.hash, KeyType::kReference}), Verdict::kCommit) << "known";

  Record ends = OfType(RecordType::kFragment, Fresh(a_, {{kRow.hash + 2, KeyType::kReference}}));
  ends.flags |= kFlagTrxEnd;
  const int64_t before = last();
  Next(ends);
  EXPECT_EQ(verdict(before, {kRow.hash + 2, KeyType::kUpdate}), Verdict::kCommit);
}

// The claims on the rows that it releases are those of the fragments, long applied.
TEST_F(CertifierTest, ARollbackOfFragmentsIsWaitedForByWhatFollows) {
  Next(OfType(RecordType::kFragment, Fresh(a_, {kRow})));
  const int64_t n = last() + 1;
  EXPECT_EQ(Next(OfType(RecordType::kFragmentRollback, Fresh(a_, {}))).depends_on, Seqno{n - 1});
  EXPECT_EQ(Next(Fresh(a_, {kRow})).depends_on, Seqno{n});
}

TEST_F(CertifierTest, ARepeatCountsOnceWhateverTheVerdictWas) {
  const int64_t seen = last();
  const Record first = WriteSet(a_, request(), seen, {kRow});
  const Record loser = WriteSet(b_, request(), seen, {kRow});
  EXPECT_EQ(Next(first).verdict, Verdict::kCommit);
  EXPECT_EQ(Next(loser).verdict, Verdict::kConflict);
  EXPECT_EQ(Next(first).verdict, Verdict::kRepeat);
  EXPECT_EQ(Next(loser).verdict, Verdict::kRepeat);
  Record below = Fresh(b_, {});
  below.request = {1};
  EXPECT_EQ(Next(below).verdict, Verdict::kRepeat);
}

TEST_F(CertifierTest, ARefusedViewChangeOfAMemberUsesUpItsNumber) {
  const uint64_t number = request();
  EXPECT_EQ(Next(ViewRecord(a_, number, ExpelOf(Node(9), 1))).verdict, Verdict::kRefused);
  EXPECT_EQ(Next(WriteSet(a_, number, last(), {})).verdict, Verdict::kRepeat);
}

TEST_F(CertifierTest, NonMembersLeaveNoTrace) {
  const size_t claims = certifier_.key_count();
  for (const RecordType type : {RecordType::kWriteSet, RecordType::kIsolated, RecordType::kFragment,
                                RecordType::kFragmentRollback}) {
    EXPECT_EQ(Next(OfType(type, WriteSet(Node(9), request(), last(), {kRow}))).verdict,
              Verdict::kNotMember);
  }
  EXPECT_EQ(certifier_.key_count(), claims);
  EXPECT_EQ(Next(Fresh(a_, {kRow})).depends_on, Seqno{2});
}

TEST_F(CertifierTest, AnExpelledSourceIsSilencedAndItsClaimsStillCount) {
  const int64_t seen = last();
  Next(WriteSet(b_, request(), seen, {kRow}));
  const Outcome expelled = Next(ViewRecord(a_, request(), ExpelOf(b_, 2)));
  ASSERT_EQ(expelled.verdict, Verdict::kCommit);
  ASSERT_TRUE(expelled.view.has_value());
  EXPECT_EQ(expelled.view->members.size(), 1u);
  EXPECT_EQ(Next(Fresh(b_, {})).verdict, Verdict::kNotMember);
  EXPECT_EQ(Next(WriteSet(a_, request(), seen, {kRow})).verdict, Verdict::kConflict);
  // A newcomer is another source than the one that left.
  Next(JoinRecord(Node(3), request()));
  EXPECT_EQ(Next(WriteSet(Node(3), request(), seen, {kRow})).verdict, Verdict::kConflict);
}

TEST_F(CertifierTest, MalformedRecordsAreRefused) {
  EXPECT_EQ(Next(WriteSet(a_, request(), last() + 1, {})).verdict, Verdict::kRefused);
  EXPECT_EQ(Next(WriteSet(a_, request(), INT64_MAX, {})).verdict, Verdict::kRefused);
  EXPECT_EQ(Next(WriteSet(a_, request(), -1, {})).verdict, Verdict::kRefused);
  EXPECT_EQ(Next(WriteSet(a_, request(), INT64_MIN, {})).verdict, Verdict::kRefused);
  EXPECT_EQ(Next(Fresh(a_, {{1, static_cast<KeyType>(4)}})).verdict, Verdict::kRefused);
  Record view = ViewRecord(a_, request(), LeaveOf(a_));
  view.payload = view.payload.first(view.payload.size() - 1);
  EXPECT_EQ(Next(view).verdict, Verdict::kRefused);
  EXPECT_EQ(certifier_.view().members.size(), 2u);
}

TEST_F(CertifierTest, TheSameRowOfManyRecordsTakesOneClaim) {
  for (int i = 0; i < 5; ++i) {
    Next(Fresh(i % 2 == 0 ? a_ : b_, {kRow}));
  }
  EXPECT_EQ(certifier_.key_count(), 1u);
}

TEST_F(CertifierTest, ClaimsAreHeldForTwoWindowsAtMost) {
  for (uint64_t i = 0; i < 1000; ++i) {
    Next(Fresh(a_, {{i, KeyType::kExclusive}}));
    ASSERT_LE(certifier_.key_count(), 20u);
    ASSERT_GE(certifier_.key_count(), std::min<uint64_t>(i + 1, 10));
  }
}

TEST_F(CertifierTest, EveryVerdictHasAName) {
  EXPECT_STREQ(VerdictName(Verdict::kCommit), "commit");
  EXPECT_STREQ(VerdictName(Verdict::kRefused), "refused");
}

using CertifierDeathTest = CertifierTest;

TEST_F(CertifierDeathTest, ASeqnoOutOfTurnIsAProgrammingError) {
  EXPECT_DEATH(certifier_.Certify({last() + 2}, Fresh(a_, {})), "seqno 4 after 2");
  EXPECT_DEATH(Next(OfType(RecordType::kDigest, Fresh(a_, {}))), "record type 66");
}

TEST(CertifierWindowDeathTest, IsBounded) {
  EXPECT_DEATH(Certifier(0), "window 0");
  EXPECT_DEATH(Certifier((1u << 20) + 1), "window 1048577");
}

}  // namespace
}  // namespace borealis::certification
