#include "replication/outcome_votes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certification/test_records.h"

namespace borealis::replication {
namespace {

using certification::Node;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr Seqno kStatement{7};

std::vector<Member> Members(std::initializer_list<uint64_t> nodes) {
  std::vector<Member> members;
  for (const uint64_t node : nodes) members.push_back({Node(node), {}, "n", "e", {}});
  return members;
}

class OutcomeVotesTest : public ::testing::Test {
 protected:
  void Open(std::initializer_list<uint64_t> nodes) {
    votes_.Open(kStatement, Node(1), Members(nodes), Seqno::Zero());
  }
  void Cast(uint64_t node, const std::string& outcome) {
    votes_.Cast(kStatement, Node(node), outcome);
  }
  std::optional<OutcomeText> Decision() const { return votes_.Decision(kStatement); }

  OutcomeVotes votes_;
};

TEST_F(OutcomeVotesTest, TheOriginAloneDecidesNothingAmongSeveral) {
  Open({1, 2, 3});
  Cast(1, "");
  EXPECT_EQ(Decision(), std::nullopt);
  EXPECT_FALSE(votes_.Contested(kStatement));
  EXPECT_THAT(votes_.OriginsVote(kStatement), Optional(std::string()));
}

TEST_F(OutcomeVotesTest, WhoHasNotVotedIsAwaitedWhileItIsThere) {
  Open({1, 2, 3, 4});
  Cast(1, "");
  Cast(2, "");
  Cast(5, "");  // joined later
  EXPECT_THAT(votes_.Awaited(kStatement), ElementsAre(Node(3), Node(4)));
  votes_.Depart(Members({1, 2, 4}));
  EXPECT_THAT(votes_.Awaited(kStatement), ElementsAre(Node(4)));
  Cast(4, "");  // it is decided by now
  EXPECT_THAT(votes_.Awaited(kStatement), IsEmpty());
  EXPECT_THAT(votes_.Awaited(Seqno{8}), IsEmpty());
}

TEST_F(OutcomeVotesTest, AFailureIsContestedUntilMoreThanHalfAgree) {
  Open({1, 2, 3});
  Cast(1, "1007");
  EXPECT_TRUE(votes_.Contested(kStatement));
  EXPECT_EQ(Decision(), std::nullopt);
  Cast(2, "1007");
  EXPECT_THAT(Decision(), Optional(std::string("1007")));
}

TEST_F(OutcomeVotesTest, OneAgainstOneSuccessIsRight) {
  Open({1, 2});
  Cast(1, "1050");  // the origin
  Cast(2, "");
  EXPECT_THAT(Decision(), Optional(std::string()));
}

TEST_F(OutcomeVotesTest, AllDifferentTheOriginsIsRightUnlessOneSucceeded) {
  Open({1, 2, 3});
  Cast(2, "1049");
  Cast(3, "1050");
  Cast(1, "1205");
  EXPECT_THAT(Decision(), Optional(std::string("1205")));
}

TEST_F(OutcomeVotesTest, OfEqualsWithoutSuccessAndOriginTheFirstInOrderIsRight) {
  Open({1, 2, 3});
  EXPECT_THAT(votes_.Depart(Members({2, 3})), IsEmpty());
  Cast(3, "1050");
  Cast(2, "1049");
  EXPECT_THAT(Decision(), Optional(std::string("1049")));
}

TEST_F(OutcomeVotesTest, WhoLeavesIsNotWaitedFor) {
  Open({1, 2, 3});
  Cast(1, "1050");
  Cast(2, "");
  EXPECT_EQ(Decision(), std::nullopt);
  EXPECT_THAT(votes_.Depart(Members({1, 2})), ElementsAre(kStatement));
  EXPECT_THAT(Decision(), Optional(std::string()));
}

TEST_F(OutcomeVotesTest, WhenAllHaveLeftWhatTheySaidDecides) {
  Open({1, 2});
  Cast(1, "1050");
  EXPECT_THAT(votes_.Depart(Members({2})), IsEmpty());
  EXPECT_FALSE(votes_.Settled(kStatement));
  EXPECT_THAT(votes_.Depart({}), ElementsAre(kStatement));
  EXPECT_THAT(Decision(), Optional(std::string("1050")));
  EXPECT_TRUE(votes_.Settled(kStatement));
}

TEST_F(OutcomeVotesTest, WhenAllHaveLeftWithoutAWordNothingIsDecidedNorExpected) {
  Open({1, 2});
  EXPECT_THAT(votes_.Depart({}), IsEmpty());
  EXPECT_EQ(Decision(), std::nullopt);
  EXPECT_TRUE(votes_.Settled(kStatement));
}

TEST_F(OutcomeVotesTest, TheFirstVoteOfAMemberAndTheFirstDecisionStay) {
  Open({1, 2, 3});
  Cast(1, "1050");
  Cast(1, "");
  Cast(9, "1050");  // no member
  EXPECT_EQ(Decision(), std::nullopt);
  Cast(2, "1050");
  EXPECT_THAT(votes_.Depart(Members({3})), IsEmpty());
  Cast(3, "");
  EXPECT_THAT(Decision(), Optional(std::string("1050")));
}

TEST_F(OutcomeVotesTest, StatementsBeforeTheStartAreUnknown) {
  Cast(1, "1050");
  EXPECT_EQ(Decision(), std::nullopt);
  EXPECT_FALSE(votes_.Contested(kStatement));
}

TEST_F(OutcomeVotesTest, IsSettledWhenTheOriginHasVotedAndNobodyContests) {
  EXPECT_TRUE(votes_.Settled(kStatement));
  Open({1, 2, 3});
  EXPECT_FALSE(votes_.Settled(kStatement));
  EXPECT_TRUE(votes_.Settled(kStatement.Previous()));
  Cast(1, "");
  EXPECT_TRUE(votes_.Settled(kStatement));
  Cast(2, "1050");
  EXPECT_FALSE(votes_.Settled(kStatement));
  Cast(3, "1050");
  EXPECT_TRUE(votes_.Settled(kStatement));
}

TEST_F(OutcomeVotesTest, AnOriginThatIsGoneIsNotWaitedFor) {
  Open({1, 2, 3});
  EXPECT_THAT(votes_.Depart(Members({2, 3})), IsEmpty());
  EXPECT_TRUE(votes_.Settled(kStatement));
}

TEST_F(OutcomeVotesTest, OldBallotsAreForgotten) {
  for (int64_t n = 1; n <= static_cast<int64_t>(OutcomeVotes::kBallotsMax) + 1; ++n) {
    votes_.Open(Seqno{n}, Node(1), Members({1, 2}), Seqno{n}.Previous());
    votes_.Cast(Seqno{n}, Node(1), "1050");
  }
  EXPECT_FALSE(votes_.Contested(Seqno{1}));
  EXPECT_TRUE(votes_.Contested(Seqno{2}));
}

TEST_F(OutcomeVotesTest, BallotsThatWereReadAheadAreKeptUntilTheirStatementHasRun) {
  const auto count = static_cast<int64_t>(OutcomeVotes::kBallotsMax) + 10;
  for (int64_t n = 1; n <= count; ++n) {
    votes_.Open(Seqno{n}, Node(1), Members({1, 2}), Seqno{3});
    votes_.Cast(Seqno{n}, Node(1), "1050");
  }
  EXPECT_FALSE(votes_.Contested(Seqno{3}));
  EXPECT_TRUE(votes_.Contested(Seqno{4}));
  votes_.Open(Seqno{count + 1}, Node(1), Members({1, 2}), Seqno{count});
  EXPECT_FALSE(votes_.Contested(Seqno{11}));
  EXPECT_TRUE(votes_.Contested(Seqno{12}));
}

}  // namespace
}  // namespace borealis::replication
