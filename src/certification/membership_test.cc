#include "certification/membership.h"

#include <gtest/gtest.h>

#include "certification/test_records.h"

namespace borealis::certification {
namespace {

constexpr uint32_t kWindow = 10;

class MembershipTest : public testing::Test {
 protected:
  bool Apply(const NodeId& source, const ViewChange& change) {
    return members_.Apply({++seqno_}, source, {1}, change);
  }
  bool Join(uint64_t node, const std::string& name, uint16_t slot = 0) {
    return Apply(Node(node), JoinAs(Node(node), name, slot));
  }
  const Member* Find(uint64_t node) const { return members_.view().Find(Node(node)); }
  uint16_t SlotOf(uint64_t node) const { return Find(node)->slot.value; }
  uint32_t SourceOf(uint64_t node) { return members_.Find(Node(node))->source; }
  // Applies a change that must not hold, and shows that nothing of it stays.
  void ExpectRefused(const NodeId& source, const ViewChange& change) {
    Bytes before;
    Bytes after;
    Encoder before_out(before);
    Encoder after_out(after);
    members_.Encode(before_out);
    EXPECT_FALSE(Apply(source, change));
    members_.Encode(after_out);
    EXPECT_EQ(before, after);
  }

  int64_t seqno_ = 0;
  Membership members_{kWindow};
};

TEST_F(MembershipTest, MembersStandInOrderOfJoiningWithTheLowestFreeSlot) {
  ASSERT_TRUE(Join(1, "a"));
  ASSERT_TRUE(Join(2, "b"));
  ASSERT_TRUE(Join(3, "c"));
  ASSERT_TRUE(Apply(Node(2), LeaveOf(Node(2))));
  ASSERT_TRUE(Join(4, "d"));
  const View& view = members_.view();
  ASSERT_EQ(view.members.size(), 3u);
  EXPECT_EQ(view.seqno, Seqno{5});
  EXPECT_EQ(view.members[0].id, Node(1));
  EXPECT_EQ(view.members[1].id, Node(3));
  EXPECT_EQ(view.members[2].id, Node(4));
  EXPECT_EQ(view.members[2].slot, Slot{2});
  EXPECT_EQ(view.members[2].joined, Seqno{5});
  EXPECT_EQ(view.members[2].endpoint, "127.0.0.1:3306");
}

TEST_F(MembershipTest, AnExplicitSlotMustBeFreeOrThatOfTheMemberReplaced) {
  ASSERT_TRUE(Join(1, "a", 5));
  EXPECT_EQ(SlotOf(1), 5);
  ExpectRefused(Node(2), JoinAs(Node(2), "b", 5));
  ExpectRefused(Node(2), JoinAs(Node(2), "b", 17));
  ASSERT_TRUE(Join(3, "a", 5));
  EXPECT_EQ(SlotOf(3), 5);
  EXPECT_EQ(Find(1), nullptr);
  ASSERT_TRUE(Join(4, "b", 16));
  EXPECT_EQ(SlotOf(4), 16);
}

TEST_F(MembershipTest, AJoinReplacesTheMemberOfItsName) {
  ASSERT_TRUE(Join(1, "a"));
  ASSERT_TRUE(Join(2, "b"));
  ASSERT_TRUE(Join(3, "a"));
  ASSERT_EQ(members_.view().members.size(), 2u);
  EXPECT_EQ(members_.view().members[0].id, Node(2));
  EXPECT_EQ(members_.view().members[1].id, Node(3));
  EXPECT_EQ(SlotOf(3), 1);
  EXPECT_EQ(members_.Find(Node(1)), nullptr);
}

// The server's default name is the machine's: two nodes on one machine share it.
TEST_F(MembershipTest, ANodeOfTheSameNameAtAnotherEndpointIsAnotherNode) {
  ASSERT_TRUE(Join(1, "host"));
  ViewChange second = JoinAs(Node(2), "host");
  second.joining.endpoint = "127.0.0.1:3307";
  ASSERT_TRUE(Apply(Node(2), second));
  ASSERT_EQ(members_.view().members.size(), 2u);
  EXPECT_EQ(SlotOf(2), 2);
  // It starts again.
  second.joining.id = Node(3);
  ASSERT_TRUE(Apply(Node(3), second));
  ASSERT_EQ(members_.view().members.size(), 2u);
  EXPECT_EQ(Find(2), nullptr);
  EXPECT_EQ(SlotOf(3), 2);
}

TEST_F(MembershipTest, ANodeThatMovedIsKnownByTheSlotItAsksFor) {
  ASSERT_TRUE(Join(1, "a", 4));
  ViewChange moved = JoinAs(Node(2), "a", 4);
  moved.joining.endpoint = "127.0.0.2:3306";
  ASSERT_TRUE(Apply(Node(2), moved));
  EXPECT_EQ(Find(1), nullptr);
  EXPECT_EQ(SlotOf(2), 4);
  // Another name is another node.
  ViewChange other = JoinAs(Node(3), "b", 4);
  ExpectRefused(Node(3), other);
}

TEST_F(MembershipTest, ARefusedJoinReplacesNobody) {
  ASSERT_TRUE(Join(1, "a", 1));
  ASSERT_TRUE(Join(2, "b", 2));
  ExpectRefused(Node(3), JoinAs(Node(3), "a", 2));
  EXPECT_NE(Find(1), nullptr);
}

TEST_F(MembershipTest, SixteenMembersAreTheMost) {
  for (uint64_t i = 1; i <= kSlotMax; ++i) {
    ASSERT_TRUE(Join(i, fmt::format("n{}", i)));
  }
  ExpectRefused(Node(99), JoinAs(Node(99), "one more"));
  ASSERT_TRUE(Join(100, "n7"));
  EXPECT_EQ(SlotOf(100), 7);
}

TEST_F(MembershipTest, AnIdJoinsOnce) {
  ASSERT_TRUE(Join(1, "a"));
  ExpectRefused(Node(1), JoinAs(Node(1), "a"));
  ExpectRefused(Node(1), JoinAs(Node(1), "b"));
  ASSERT_TRUE(Apply(Node(1), LeaveOf(Node(1))));
  ExpectRefused(Node(1), JoinAs(Node(1), "a"));
}

TEST_F(MembershipTest, AJoinIsForItsSourceAndHasAName) {
  ExpectRefused(Node(1), JoinAs(Node(2), "a"));
  ExpectRefused(NodeId{}, JoinAs(NodeId{}, "a"));
  ExpectRefused(Node(1), JoinAs(Node(1), ""));
  ViewChange long_name = JoinAs(Node(1), std::string(kMemberTextMax + 1, 'x'));
  ExpectRefused(Node(1), long_name);
  long_name = JoinAs(Node(1), "a");
  long_name.joining.endpoint = std::string(kMemberTextMax + 1, 'x');
  ExpectRefused(Node(1), long_name);
}

TEST_F(MembershipTest, OnlyTheMemberItselfLeaves) {
  ASSERT_TRUE(Join(1, "a"));
  ASSERT_TRUE(Join(2, "b"));
  ExpectRefused(Node(1), LeaveOf(Node(2)));
  ExpectRefused(Node(3), LeaveOf(Node(3)));
  EXPECT_TRUE(Apply(Node(2), LeaveOf(Node(2))));
}

TEST_F(MembershipTest, AnExpulsionNamesTheIncarnationAndNeedsNoMember) {
  ASSERT_TRUE(Join(1, "a"));
  ExpectRefused(Node(2), ExpelOf(Node(1), 2));
  ExpectRefused(Node(2), ExpelOf(Node(2), 1));
  EXPECT_TRUE(Apply(Node(2), ExpelOf(Node(1), 1)));
  ExpectRefused(Node(2), ExpelOf(Node(1), 1));
}

TEST_F(MembershipTest, ARestartExpelsWhoeverHadJoinedByThen) {
  ASSERT_TRUE(Join(1, "a"));
  ASSERT_TRUE(Join(2, "b"));
  ASSERT_TRUE(Join(3, "c"));
  ASSERT_TRUE(Apply(Node(9), RestartAt(2)));
  ASSERT_EQ(members_.view().members.size(), 1u);
  EXPECT_EQ(members_.view().members[0].id, Node(3));
  ExpectRefused(Node(9), RestartAt(2));
  ExpectRefused(Node(9), RestartAt(-1));
}

TEST_F(MembershipTest, ASourceNumberIsReusedOnlyWhenItsClaimsAreOutOfTheWindow) {
  ASSERT_TRUE(Join(1, "a"));
  ASSERT_TRUE(Join(2, "b"));
  EXPECT_EQ(SourceOf(1), kFirstMemberSource);
  EXPECT_EQ(SourceOf(2), kFirstMemberSource + 1);
  ASSERT_TRUE(Apply(Node(1), LeaveOf(Node(1))));  // at 3
  seqno_ = 12;
  ASSERT_TRUE(Join(3, "c"));  // at 13: a claim at 3 is 10 old and counts
  EXPECT_EQ(SourceOf(3), kFirstMemberSource + 2);
  ASSERT_TRUE(Join(4, "d"));  // at 14
  EXPECT_EQ(SourceOf(4), kFirstMemberSource);
}

TEST_F(MembershipTest, FormerMembersAreRememberedUpToABound) {
  for (uint64_t i = 1; i <= kFormerMax + 100; ++i) {
    ASSERT_TRUE(Join(i, "a"));
  }
  EXPECT_EQ(members_.former().size(), kFormerMax);
  EXPECT_EQ(members_.former().back().id, Node(kFormerMax + 99));
  ExpectRefused(Node(100), JoinAs(Node(100), "a"));
  EXPECT_TRUE(Join(10, "a"));  // forgotten
}

TEST_F(MembershipTest, FormerMembersOfTheWindowAreRememberedBeyondTheBound) {
  Membership members(100'000);
  const int64_t joins = static_cast<int64_t>(kFormerMax) + 300;
  for (int64_t n = 1; n <= joins; ++n) {
    const NodeId id = Node(static_cast<uint64_t>(n));
    ASSERT_TRUE(members.Apply({n}, id, {1}, JoinAs(id, "a")));
    ASSERT_EQ(members.standings()[0].source, kFirstMemberSource + static_cast<uint32_t>(n) - 1);
  }
  EXPECT_EQ(members.former().size(), static_cast<size_t>(joins - 1));
}

}  // namespace
}  // namespace borealis::certification
