// Claims of Transaction (the table of its states: trx_states_test.cc) and of KeySet.
#include "provider/transaction.h"

#include <gtest/gtest.h>

#include <string>

#include "replication/apply_item.h"

namespace borealis::provider {
namespace {

constexpr Seqno kSeqno{10};
constexpr Seqno kDepends{4};
constexpr bool kWhole = false;
constexpr bool kFragment = true;

// Abort by a record with `bf` and return whether the victim will stop.
bool Abort(Transaction& trx, int64_t bf, Seqno* wake = nullptr, bool isolated = false) {
  Seqno ignored;
  return trx.BfAbort(Seqno{bf}, isolated, wake == nullptr ? &ignored : wake).answer ==
         TrxAnswer::kYes;
}

// A fragment that passed, up to its release.
void PassFragment(Transaction& trx, Seqno seqno) {
  ASSERT_TRUE(trx.StartReplicating(kFragment));
  ASSERT_EQ(trx.Certified(true, seqno, kDepends).next, TrxState::kFragmentCertified);
  ASSERT_EQ(trx.Enter().next, TrxState::kFragmentCommitting);
  trx.Leave();
  ASSERT_EQ(trx.Release().effect, TrxEffect::kFinish);
}

TEST(TransactionTest, AbortWhileExecutingLeavesNothingToReplicate) {
  Transaction trx(1);
  EXPECT_TRUE(Abort(trx, 5));
  EXPECT_EQ(trx.state(), TrxState::kMustAbort);
  EXPECT_FALSE(trx.StartReplicating(kWhole));
  EXPECT_TRUE(Abort(trx, 6)) << "again is fine";
}

TEST(TransactionTest, AbortWhileReplicatingWithCommitVerdictMustReplay) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  EXPECT_TRUE(Abort(trx, 5));
  EXPECT_EQ(trx.Certified(true, kSeqno, kDepends).next, TrxState::kMustReplay);
  EXPECT_FALSE(Abort(trx, 6));
  EXPECT_EQ(trx.Enter().answer, TrxAnswer::kNo);
  trx.StartReplaying();
  EXPECT_FALSE(trx.aborted());
  EXPECT_FALSE(Abort(trx, 6));
  EXPECT_EQ(trx.Enter().next, TrxState::kCommitting);
}

TEST(TransactionTest, AbortWhileReplicatingWithFailingVerdictPassesCommitOrder) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  EXPECT_TRUE(Abort(trx, 5));
  EXPECT_EQ(trx.Certified(false, kSeqno, kDepends).next, TrxState::kFailed);
  EXPECT_FALSE(trx.aborted()) << "its wait for commit order must not end early";
  EXPECT_FALSE(Abort(trx, 5));
  EXPECT_EQ(trx.Enter().answer, TrxAnswer::kYes);
}

TEST(TransactionTest, CertifiedIsAbortedByAnEarlierRecordOnly) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  ASSERT_EQ(trx.Certified(true, kSeqno, kDepends).next, TrxState::kCertified);
  EXPECT_FALSE(Abort(trx, 11)) << "the later one waits for it";
  Seqno wake;
  EXPECT_TRUE(Abort(trx, 9, &wake));
  EXPECT_EQ(wake, kSeqno);
  EXPECT_EQ(trx.state(), TrxState::kMustReplay);
}

TEST(TransactionTest, NotAppendedCanOnlyRollBack) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  trx.NotAppended();
  EXPECT_FALSE(trx.StartReplicating(kWhole));
  EXPECT_FALSE(trx.seqno().IsDefined());
}

TEST(TransactionTest, AFragmentGoesBackToExecutingAndTheLastOneEndsIt) {
  Transaction trx(1);
  PassFragment(trx, kSeqno);
  EXPECT_EQ(trx.state(), TrxState::kExecuting);
  EXPECT_TRUE(trx.open_elsewhere());
  EXPECT_FALSE(trx.seqno().IsDefined()) << "the next one has a place of its own";
  PassFragment(trx, Seqno{12});
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  ASSERT_EQ(trx.Certified(true, Seqno{15}, kDepends).next, TrxState::kCertified);
  EXPECT_FALSE(trx.open_elsewhere());
  ASSERT_EQ(trx.Enter().next, TrxState::kCommitting);
  trx.Leave();
  EXPECT_EQ(trx.Release().next, TrxState::kGone);
}

TEST(TransactionTest, ALaterRecordAbortsACertifiedFragmentToo) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kFragment));
  ASSERT_EQ(trx.Certified(true, kSeqno, kDepends).next, TrxState::kFragmentCertified);
  Seqno wake;
  EXPECT_TRUE(Abort(trx, 11, &wake)) << "it wants locks that outlive the fragment";
  EXPECT_EQ(wake, kSeqno);
  const TrxStep step = trx.Enter();
  EXPECT_EQ(step.answer, TrxAnswer::kNo);
  EXPECT_EQ(step.effect, TrxEffect::kSkip);
}

TEST(TransactionTest, AnAbortDuringTheTurnOfAFragmentDoomsWhatFollows) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kFragment));
  ASSERT_EQ(trx.Certified(true, kSeqno, kDepends).next, TrxState::kFragmentCertified);
  ASSERT_EQ(trx.Enter().next, TrxState::kFragmentCommitting);
  EXPECT_TRUE(Abort(trx, 11));
  trx.Leave();
  EXPECT_EQ(trx.Release().next, TrxState::kMustAbort);
  EXPECT_FALSE(trx.StartReplicating(kFragment));
}

TEST(TransactionTest, AFailedLastFragmentLeavesTheTransactionOpenElsewhere) {
  Transaction trx(1);
  PassFragment(trx, kSeqno);
  ASSERT_TRUE(trx.StartReplicating(kWhole));
  EXPECT_EQ(trx.Certified(false, Seqno{12}, kDepends).next, TrxState::kFailed);
  EXPECT_TRUE(trx.open_elsewhere());
}

TEST(TransactionTest, ARollbackRecordIsWrittenOnce) {
  Transaction trx(1);
  PassFragment(trx, kSeqno);
  EXPECT_EQ(trx.Rollback().next, TrxState::kMustAbort);
  EXPECT_TRUE(trx.TakeRollback());
  EXPECT_FALSE(trx.open_elsewhere());
  EXPECT_FALSE(trx.TakeRollback());
  trx.ReturnRollback();  // the volume was full
  EXPECT_TRUE(trx.open_elsewhere());
  EXPECT_TRUE(trx.TakeRollback());
}

TEST(TransactionTest, AStatementInIsolationMakesTheRollbackDue) {
  Transaction trx(1);
  PassFragment(trx, kSeqno);
  EXPECT_FALSE(trx.TakeRollbackDue());
  EXPECT_TRUE(Abort(trx, 11, nullptr, /*isolated=*/true));
  EXPECT_TRUE(trx.TakeRollbackDue());
  EXPECT_FALSE(trx.TakeRollbackDue());
}

TEST(TransactionTest, TheRollbackIsDueOnlyWhenItsFragmentIsSettled) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kFragment));
  EXPECT_TRUE(Abort(trx, 5, nullptr, /*isolated=*/true));
  EXPECT_FALSE(trx.TakeRollbackDue()) << "the fragment may come after it in the log";
  EXPECT_EQ(trx.Certified(true, kSeqno, kDepends).effect, TrxEffect::kSkip);
  EXPECT_TRUE(trx.TakeRollbackDue());
}

TEST(TransactionTest, NoRollbackIsDueWhenNothingPassed) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating(kFragment));
  EXPECT_TRUE(Abort(trx, 5, nullptr, /*isolated=*/true));
  EXPECT_EQ(trx.Certified(false, kSeqno, kDepends).next, TrxState::kMustAbort);
  EXPECT_FALSE(trx.TakeRollbackDue());
}

TEST(TransactionDeathTest, ImpossibleStepsDie) {
  Transaction trx(1);
  EXPECT_DEATH((void)trx.Certified(true, kSeqno, kDepends), "passed .* in state executing");
  EXPECT_DEATH((void)trx.Enter(), "enter .* in state executing");
  EXPECT_DEATH(trx.StartReplaying(), "replay .* in state executing");
}

TEST(TransactionTest, RemoteOneStartsCertified) {
  replication::ApplyItem item;
  item.seqno = kSeqno;
  item.depends_on = kDepends;
  item.record.trx = 77;
  Transaction trx(item);
  EXPECT_FALSE(trx.local());
  EXPECT_EQ(trx.seqno(), kSeqno);
  EXPECT_EQ(trx.trx_id(), 77u);
  EXPECT_EQ(trx.Enter().answer, TrxAnswer::kYes);
}

TEST(TransactionRegistryTest, FindsUntilRemoved) {
  TransactionRegistry registry;
  const auto added = registry.Add(42);
  EXPECT_EQ(registry.Add(42), added);
  EXPECT_EQ(registry.Find(42), added);
  EXPECT_EQ(registry.size(), 1u);
  registry.Remove(42);
  EXPECT_EQ(registry.Find(42), nullptr);
}

// A key path in the plug's shape.
class Path {
 public:
  explicit Path(std::vector<std::string> parts) : parts_(std::move(parts)) {
    for (const std::string& part : parts_) buffers_.push_back({part.data(), part.size()});
  }
  abi::Key key() const { return {buffers_.data(), buffers_.size()}; }

 private:
  std::vector<std::string> parts_;
  std::vector<abi::Buffer> buffers_;
};

TEST(KeySetTest, PrefixesAreSharedAndEachKeyIsThereOnce) {
  KeySet set;
  set.Add(Path({"db", "t", "row1"}).key(), KeyType::kExclusive);
  set.Add(Path({"db", "t", "row2"}).key(), KeyType::kUpdate);
  set.Add(Path({"db", "t", "row1"}).key(), KeyType::kReference);
  ASSERT_EQ(set.size(), 4u) << "db, db.t and two rows";
  EXPECT_EQ(set.keys()[0].type, KeyType::kShared);
  EXPECT_EQ(set.keys()[1].type, KeyType::kShared);
  EXPECT_EQ(set.keys()[2].type, KeyType::kExclusive) << "the strongest claim stays";
  EXPECT_EQ(set.keys()[3].type, KeyType::kUpdate);
}

TEST(KeySetTest, DivisionIntoPartsMatters) {
  KeySet set;
  set.Add(Path({"ab", "c"}).key(), KeyType::kExclusive);
  set.Add(Path({"a", "bc"}).key(), KeyType::kExclusive);
  EXPECT_EQ(set.size(), 4u);
}

TEST(KeySetTest, ManyKeysKeepTheirStrongestClaim) {
  KeySet set;
  constexpr int kRows = 200;
  for (int pass = 0; pass < 2; ++pass) {
    for (int row = 0; row < kRows; ++row) {
      set.Add(Path({"db", "t", std::to_string(row)}).key(),
              pass == 0 ? KeyType::kReference : KeyType::kUpdate);
    }
  }
  ASSERT_EQ(set.size(), kRows + 2u);
  for (size_t i = 2; i < set.size(); ++i) EXPECT_EQ(set.keys()[i].type, KeyType::kUpdate);
}

replication::ApplyItem ItemOf(RecordType type, uint32_t flags, Seqno depends_on) {
  replication::ApplyItem item;
  item.action = replication::Action::kApply;
  item.record.type = type;
  item.record.flags = flags;
  item.seqno = kSeqno;
  item.depends_on = depends_on;
  return item;
}

TEST(TransactionTest, OnlyAWholeTransactionAheadOfOthersIsEarly) {
  constexpr uint32_t kBoth = kFlagTrxStart | kFlagTrxEnd;
  const auto early = [](const replication::ApplyItem& item) {
    Transaction trx(item);
    trx.NoteEarly(item);
    return trx.early();
  };
  EXPECT_TRUE(early(ItemOf(RecordType::kWriteSet, kBoth, kDepends)));
  EXPECT_FALSE(early(ItemOf(RecordType::kWriteSet, kBoth, kSeqno.Previous())));
  EXPECT_FALSE(early(ItemOf(RecordType::kWriteSet, kFlagTrxEnd, kDepends)));  // a stream's end
  EXPECT_FALSE(early(ItemOf(RecordType::kFragment, kBoth, kDepends)));
  EXPECT_FALSE(early(ItemOf(RecordType::kIsolated, kBoth, kDepends)));
}

TEST(TransactionTest, AnEarlyOneGivesWayBeforeItsTurnOrInIt) {
  const auto item = ItemOf(RecordType::kWriteSet, kFlagTrxStart | kFlagTrxEnd, kDepends);
  for (const bool in_its_turn : {false, true}) {
    Transaction trx(item);
    trx.NoteEarly(item);
    if (in_its_turn) trx.Enter();
    trx.GiveWay();
    EXPECT_TRUE(trx.gave_way());
    EXPECT_EQ(trx.state(), TrxState::kCertified);
  }
}

TEST(TransactionDeathTest, ASecondChanceIsTheLast) {
  const auto item = ItemOf(RecordType::kWriteSet, kFlagTrxStart | kFlagTrxEnd, kDepends);
  Transaction again(item);  // as it is applied again: nothing is before it
  EXPECT_DEATH(again.GiveWay(), "gives way");
}

}  // namespace
}  // namespace borealis::provider
