// Claims of the table in transaction.h, cell by cell, and of KeySet.
#include "provider/transaction.h"

#include <gtest/gtest.h>

#include <string>

#include "replication/apply_item.h"

namespace borealis::provider {
namespace {

using AbortResult = Transaction::AbortResult;

constexpr Seqno kSeqno{10};
constexpr Seqno kDepends{4};

// Abort by a record with `bf` and return what came of it.
AbortResult Abort(Transaction& trx, int64_t bf, Seqno* wake = nullptr) {
  Seqno ignored;
  return trx.BfAbort(Seqno{bf}, wake == nullptr ? &ignored : wake);
}

TEST(TransactionTest, AbortWhileExecutingLeavesNothingToReplicate) {
  Transaction trx(1);
  EXPECT_EQ(Abort(trx, 5), AbortResult::kAborted);
  EXPECT_EQ(trx.state(), TrxState::kMustAbort);
  EXPECT_FALSE(trx.StartReplicating());
  EXPECT_EQ(Abort(trx, 6), AbortResult::kAborted) << "again is fine";
}

TEST(TransactionTest, AbortWhileReplicatingWithCommitVerdictMustReplay) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating());
  EXPECT_EQ(Abort(trx, 5), AbortResult::kAborted);
  EXPECT_EQ(trx.Certified(true, kSeqno, kDepends), TrxState::kMustReplay);
  EXPECT_EQ(Abort(trx, 6), AbortResult::kRefused);
  EXPECT_FALSE(trx.StartCommitting());
  trx.StartReplaying();
  EXPECT_FALSE(trx.aborted());
  EXPECT_EQ(Abort(trx, 6), AbortResult::kRefused);
  EXPECT_TRUE(trx.StartCommitting());
  EXPECT_EQ(trx.state(), TrxState::kCommitting);
}

TEST(TransactionTest, AbortWhileReplicatingWithFailingVerdictPassesCommitOrder) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating());
  EXPECT_EQ(Abort(trx, 5), AbortResult::kAborted);
  EXPECT_EQ(trx.Certified(false, kSeqno, kDepends), TrxState::kFailed);
  EXPECT_FALSE(trx.aborted()) << "its wait for commit order must not end early";
  EXPECT_EQ(Abort(trx, 5), AbortResult::kRefused);
  EXPECT_TRUE(trx.StartCommitting());
}

TEST(TransactionTest, CertifiedIsAbortedByAnEarlierRecordOnly) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating());
  ASSERT_EQ(trx.Certified(true, kSeqno, kDepends), TrxState::kCertified);
  EXPECT_EQ(Abort(trx, 11), AbortResult::kRefused) << "the later one waits for it";
  Seqno wake;
  EXPECT_EQ(Abort(trx, 9, &wake), AbortResult::kAborted);
  EXPECT_EQ(wake, kSeqno);
  EXPECT_EQ(trx.state(), TrxState::kMustReplay);
}

TEST(TransactionTest, CommittingIsNeverAborted) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating());
  ASSERT_EQ(trx.Certified(true, kSeqno, kDepends), TrxState::kCertified);
  ASSERT_TRUE(trx.StartCommitting());
  EXPECT_EQ(Abort(trx, 9), AbortResult::kRefused);
}

TEST(TransactionTest, NotAppendedCanOnlyRollBack) {
  Transaction trx(1);
  ASSERT_TRUE(trx.StartReplicating());
  trx.NotAppended();
  EXPECT_FALSE(trx.StartReplicating());
  EXPECT_FALSE(trx.seqno().IsDefined());
}

TEST(TransactionDeathTest, ImpossibleStepsDie) {
  Transaction trx(1);
  EXPECT_DEATH((void)trx.Certified(true, kSeqno, kDepends), "a verdict in state executing");
  EXPECT_DEATH((void)trx.StartCommitting(), "commit order in state executing");
  EXPECT_DEATH(trx.StartReplaying(), "replay in state executing");
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
  EXPECT_TRUE(trx.StartCommitting());
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

}  // namespace
}  // namespace borealis::provider
