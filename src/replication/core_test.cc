#include "replication/core.h"

#include <gtest/gtest.h>

#include "certification/test_records.h"

namespace borealis::replication {
namespace {

using certification::Certifier;
using certification::ExpelOf;
using certification::JoinAs;
using certification::JoinRecord;
using certification::LeaveOf;
using certification::Node;
using certification::OfType;
using certification::Verdict;
using certification::ViewRecord;
using certification::WriteSet;

constexpr uint32_t kWindow = 1 << 16;
const NodeId kSelf = Node(1);
const NodeId kOther = Node(2);

// Feeds one Core with a log of its own making.
class CoreTest : public ::testing::Test {
 protected:
  Result<Decision> Try(const Record& record) {
    LogEntry entry;
    if (IsOrdered(record.type)) entry.seqno = Seqno{++seqno_};
    entry.record = record;
    return core_.Deliver(entry);
  }
  Decision Deliver(const Record& record) {
    Result<Decision> decision = Try(record);
    CHECK_OK(decision);
    return *decision;
  }
  void JoinBoth() {
    Deliver(JoinRecord(kSelf, ++request_));
    Deliver(JoinRecord(kOther, ++request_));
  }
  // Up to, not including, `seqno`.
  void FillTo(int64_t seqno) {
    while (seqno_ + 1 < seqno) Deliver(WriteSet(kOther, ++request_, seqno_, {}));
  }
  Record Row(const NodeId& source, uint64_t row, int64_t last_seen) {
    return WriteSet(source, ++request_, last_seen, {{row, KeyType::kExclusive}});
  }

  Core core_{kSelf, Certifier(kWindow)};
  int64_t seqno_ = 0;
  uint64_t request_ = 0;
};

TEST_F(CoreTest, OwnRecordsGetTheirVerdictWhateverItIs) {
  JoinBoth();
  EXPECT_EQ(Deliver(Row(kSelf, 1, seqno_)).action, Action::kOwn);
  const int64_t seen = seqno_;
  EXPECT_FALSE(Deliver(Row(kOther, 2, seqno_)).awaited);
  const Decision lost = Deliver(Row(kSelf, 2, seen));
  EXPECT_EQ(lost.action, Action::kOwn);
  EXPECT_EQ(lost.outcome.verdict, Verdict::kConflict);
}

TEST_F(CoreTest, ASkippedRecordIsNotAppliedAndKeepsItsVerdict) {
  core_.SkipRecords({Seqno{3}});
  JoinBoth();
  const int64_t seen = seqno_;
  const Decision skipped = Deliver(Row(kOther, 1, seen));
  EXPECT_EQ(skipped.action, Action::kDummy);
  EXPECT_EQ(skipped.outcome.verdict, Verdict::kCommit);
  // Certified as if it had been applied: who did not know of it loses.
  EXPECT_EQ(Deliver(Row(kSelf, 1, seen)).outcome.verdict, Verdict::kConflict);
  EXPECT_EQ(Deliver(Row(kOther, 2, seqno_)).action, Action::kApply);
}

TEST_F(CoreTest, RecordsFromElsewhereAreAppliedOrNotedAsDummies) {
  JoinBoth();
  const int64_t seen = seqno_;
  Deliver(Row(kSelf, 2, seqno_));
  EXPECT_EQ(Deliver(Row(kOther, 1, seqno_)).action, Action::kApply);
  EXPECT_EQ(Deliver(Row(kOther, 2, seen)).action, Action::kDummy);
  EXPECT_EQ(Deliver(OfType(RecordType::kIsolated, Row(kOther, 3, seqno_))).action, Action::kApply);
}

TEST_F(CoreTest, TooOldIsADummy) {
  Core core(kSelf, Certifier(2));
  LogEntry entry;
  entry.seqno = Seqno{1};
  entry.record = JoinRecord(kOther, 1);
  CHECK_OK(core.Deliver(entry));
  for (int64_t n = 2; n <= 4; ++n) {
    entry.seqno = Seqno{n};
    entry.record = WriteSet(kOther, static_cast<uint64_t>(n), n - 1, {});
    CHECK_OK(core.Deliver(entry));
  }
  entry.seqno = Seqno{5};
  entry.record = WriteSet(kOther, 5, 1, {});
  const auto decision = core.Deliver(entry);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->outcome.verdict, Verdict::kTooOld);
  EXPECT_EQ(decision->action, Action::kDummy);
}

TEST_F(CoreTest, RepeatsAndStrangersAreSkipped) {
  JoinBoth();
  const Record own = Row(kSelf, 1, seqno_);
  Deliver(own);
  const Decision again = Deliver(own);
  EXPECT_EQ(again.outcome.verdict, Verdict::kRepeat);
  EXPECT_EQ(again.action, Action::kSkip);  // its submitter has its verdict already
  const Record other = Row(kOther, 2, seqno_);
  Deliver(other);
  EXPECT_EQ(Deliver(other).action, Action::kSkip);
  EXPECT_EQ(Deliver(Row(Node(3), 3, seqno_)).action, Action::kSkip);
}

TEST_F(CoreTest, AFailedFragmentTakesNoTurnAtItsOriginAndADummyElsewhere) {
  JoinBoth();
  const int64_t seen = seqno_;
  Deliver(Row(kOther, 1, seqno_));
  Deliver(Row(kSelf, 2, seqno_));
  const auto fragment = [&](const NodeId& source, uint64_t row, uint32_t flags) {
    Record record = OfType(RecordType::kFragment, Row(source, row, seen));
    record.flags = flags;
    return Deliver(record);
  };
  const Decision own = fragment(kSelf, 1, kFlagTrxStart);
  EXPECT_EQ(own.outcome.verdict, Verdict::kConflict);
  EXPECT_EQ(own.action, Action::kSkip);
  EXPECT_TRUE(own.awaited) << "its submitter learns the verdict";
  EXPECT_EQ(fragment(kSelf, 1, kFlagTrxEnd).action, Action::kOwn) << "the last one takes its turn";
  EXPECT_EQ(fragment(kSelf, 3, 0).action, Action::kOwn);
  EXPECT_EQ(fragment(kOther, 2, kFlagTrxStart).action, Action::kDummy);
  EXPECT_EQ(fragment(kOther, 4, kFlagTrxStart).action, Action::kApply);
}

TEST_F(CoreTest, AStatementThatDoesNotKnowTheOneBeforeTakesNoTurnAnywhere) {
  JoinBoth();
  const int64_t seen = seqno_;
  const auto statement = [&](const NodeId& source, uint64_t request) {
    Record record = OfType(RecordType::kIsolated, Row(source, request, seen));
    record.flags = kFlagKnowsIsolated;
    return Deliver(record);
  };
  EXPECT_EQ(statement(kOther, 1).action, Action::kApply);
  const Decision own = statement(kSelf, 2);
  EXPECT_EQ(own.outcome.verdict, Verdict::kConflict);
  EXPECT_EQ(own.action, Action::kSkip);
  EXPECT_TRUE(own.awaited) << "its session learns the verdict";
  EXPECT_EQ(statement(kOther, 3).action, Action::kSkip);
}

TEST_F(CoreTest, ARollbackOfFragmentsIsAppliedEverywhereAlsoAtItsOrigin) {
  JoinBoth();
  for (const NodeId& source : {kSelf, kOther}) {
    const Decision rollback =
        Deliver(OfType(RecordType::kFragmentRollback, WriteSet(source, ++request_, seqno_, {})));
    EXPECT_EQ(rollback.action, Action::kApply);
    EXPECT_EQ(rollback.awaited, source == kSelf);
  }
  Deliver(ViewRecord(kOther, ++request_, ExpelOf(kSelf, 1)));
  EXPECT_EQ(Deliver(OfType(RecordType::kFragmentRollback, WriteSet(kSelf, ++request_, seqno_, {})))
                .action,
            Action::kSkip);
}

// Certification tells repeats of members only.
TEST_F(CoreTest, ASecondLandingIsNotAwaitedEvenOfANonMember) {
  const Record restart = ViewRecord(kSelf, 1, certification::RestartAt(0));
  EXPECT_TRUE(Deliver(restart).awaited);  // refused, and its submitter waits for that
  EXPECT_FALSE(Deliver(restart).awaited);
  EXPECT_TRUE(Deliver(ViewRecord(kSelf, 2, JoinAs(kSelf, "a"))).awaited);
  const Record last = WriteSet(kSelf, 3, seqno_, {});
  EXPECT_TRUE(Deliver(last).awaited);
  EXPECT_TRUE(Deliver(ViewRecord(kSelf, 4, LeaveOf(kSelf))).awaited);
  const Decision again = Deliver(last);
  EXPECT_EQ(again.outcome.verdict, Verdict::kNotMember);
  EXPECT_FALSE(again.awaited);
  EXPECT_EQ(again.action, Action::kSkip);  // nobody would pass commit order for it
}

TEST_F(CoreTest, ViewsThatHoldAreShownAndTheOthersSkipped) {
  const Decision joined = Deliver(ViewRecord(kSelf, 1, JoinAs(kSelf, "a", 3)));
  EXPECT_EQ(joined.action, Action::kView);
  EXPECT_TRUE(core_.is_member());
  EXPECT_EQ(core_.slot(), Slot{3});
  ASSERT_TRUE(joined.outcome.view.has_value());
  EXPECT_EQ(joined.outcome.view->members.size(), 1u);
  const Decision refused = Deliver(ViewRecord(kOther, 1, JoinAs(kOther, "b", 3)));
  EXPECT_EQ(refused.action, Action::kSkip);
  EXPECT_FALSE(refused.outcome.view.has_value());
}

TEST_F(CoreTest, ExpulsionAndReplacementAreReportedOnceToTheExpelled) {
  Deliver(ViewRecord(kSelf, 1, JoinAs(kSelf, "a")));
  Deliver(ViewRecord(kOther, 1, JoinAs(kOther, "b")));
  // Not this incarnation: joined at 1, not at 9.
  EXPECT_FALSE(Deliver(ViewRecord(kOther, 2, ExpelOf(kSelf, 9))).expelled);
  EXPECT_TRUE(core_.is_member());
  EXPECT_TRUE(Deliver(ViewRecord(kOther, 3, ExpelOf(kSelf, 1))).expelled);
  EXPECT_FALSE(core_.is_member());
  EXPECT_FALSE(Deliver(ViewRecord(Node(3), 1, JoinAs(Node(3), "c"))).expelled);
  // Whatever it writes from here on counts nowhere, here included.
  const Decision late = Deliver(WriteSet(kSelf, 2, seqno_, {}));
  EXPECT_EQ(late.outcome.verdict, Verdict::kNotMember);
}

TEST_F(CoreTest, AMemberOfTheSameNameReplacesThisNode) {
  Deliver(ViewRecord(kSelf, 1, JoinAs(kSelf, "a")));
  EXPECT_TRUE(Deliver(ViewRecord(kOther, 1, JoinAs(kOther, "a"))).expelled);
}

TEST_F(CoreTest, OwnLeaveEndsMembership) {
  JoinBoth();
  EXPECT_TRUE(Deliver(ViewRecord(kSelf, ++request_, LeaveOf(kSelf))).expelled);
  EXPECT_FALSE(core_.is_member());
}

TEST_F(CoreTest, DigestIsWrittenByTheMemberWhoseTurnItIsAndNobodyElse) {
  JoinBoth();
  int mine = 0;
  for (int64_t n = 1; n <= 6; ++n) {
    FillTo(n * kDigestInterval);
    const Decision due = Deliver(WriteSet(kOther, ++request_, seqno_ - 1, {}));
    const bool my_turn = core_.certifier().view().members[static_cast<size_t>(n) % 2].id == kSelf;
    EXPECT_EQ(due.digest.has_value(), my_turn) << "at " << seqno_;
    if (!due.digest.has_value()) continue;
    ++mine;
    EXPECT_EQ(due.digest->type, RecordType::kDigest);
    EXPECT_EQ(AsText(due.digest->payload),
              AsText(EncodeDigest(Seqno{seqno_}, core_.certifier().RunningDigest())));
  }
  EXPECT_EQ(mine, 3);
  EXPECT_FALSE(Deliver(WriteSet(kOther, ++request_, seqno_ - 1, {})).digest.has_value());
}

class CoreDigestTest : public CoreTest {
 protected:
  void SetUp() override {
    JoinBoth();
    FillTo(kDigestInterval + 1);
    digest_ = core_.certifier().RunningDigest();
    FillTo(kDigestInterval + 10);
  }
  static Record DigestBy(const NodeId& source, Bytes payload) {
    Record record;
    record.type = RecordType::kDigest;
    record.source = source;
    record.backing = std::make_shared<Bytes>(std::move(payload));
    record.payload = *record.backing;
    return record;
  }
  uint64_t digest_ = 0;
};

TEST_F(CoreDigestTest, SameDigestPasses) {
  const Record record = DigestBy(kOther, EncodeDigest(Seqno{kDigestInterval}, digest_));
  EXPECT_EQ(Deliver(record).action, Action::kNothing);
}

TEST_F(CoreDigestTest, ADifferingDigestIsInternal) {
  const Record record = DigestBy(kOther, EncodeDigest(Seqno{kDigestInterval}, digest_ ^ 1));
  EXPECT_EQ(Try(record).status().code(), Code::kInternal);
}

TEST_F(CoreDigestTest, DigestOfANonMemberCountsNowhere) {
  const Record record = DigestBy(Node(9), EncodeDigest(Seqno{kDigestInterval}, digest_ ^ 1));
  EXPECT_TRUE(Try(record).ok());
  Deliver(ViewRecord(kOther, ++request_, LeaveOf(kOther)));
  EXPECT_TRUE(Try(DigestBy(kOther, EncodeDigest(Seqno{kDigestInterval}, digest_ ^ 1))).ok());
}

TEST_F(CoreDigestTest, DigestOfAnotherTimeIsNotCompared) {
  EXPECT_TRUE(Try(DigestBy(kOther, EncodeDigest(Seqno{65 * kDigestInterval}, 42))).ok());
  EXPECT_TRUE(Try(DigestBy(kOther, EncodeDigest(Seqno{kDigestInterval - 1}, 42))).ok());
}

TEST_F(CoreDigestTest, MalformedDigestIsCorruption) {
  EXPECT_EQ(Try(DigestBy(kOther, Bytes(3))).status().code(), Code::kCorruption);
  EXPECT_EQ(Try(DigestBy(kOther, EncodeDigest(Seqno{-1024}, 0))).status().code(),
            Code::kCorruption);
}

TEST_F(CoreTest, OutcomesOfMembersAreHandedOnAndThoseOfOthersAreNot) {
  JoinBoth();
  Record outcome;
  outcome.type = RecordType::kIsolatedOutcome;
  outcome.source = kOther;
  EXPECT_EQ(Deliver(outcome).action, Action::kOutcome);
  outcome.source = Node(9);
  EXPECT_EQ(Deliver(outcome).action, Action::kNothing);
}

TEST(CoreOutcomeTest, OutcomeSurvivesItsCodecAndGarbageIsRefused) {
  const auto decoded = DecodeIsolatedOutcome(EncodeIsolatedOutcome({Seqno{5}, "1050"}));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->seqno, Seqno{5});
  EXPECT_EQ(decoded->error, "1050");
  EXPECT_EQ(DecodeIsolatedOutcome(Bytes(7)).status().code(), Code::kCorruption);
  EXPECT_EQ(DecodeIsolatedOutcome(EncodeIsolatedOutcome({Seqno{0}, ""})).status().code(),
            Code::kCorruption);
}

}  // namespace
}  // namespace borealis::replication
