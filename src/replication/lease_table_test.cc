#include "replication/lease_table.h"

#include <gtest/gtest.h>

namespace borealis::replication {
namespace {

constexpr uint32_t kLeaseTicks = 3;

NodeId Node(uint64_t n) { return {Uuid::FromRandom(n, n)}; }

View ViewOf(std::initializer_list<uint64_t> nodes) {
  View view;
  for (const uint64_t n : nodes) {
    view.members.push_back(
        {Node(n), {}, fmt::format("n{}", n), "", Seqno{static_cast<int64_t>(n)}});
  }
  return view;
}

std::vector<NodeId> Ids(const std::vector<Member>& members) {
  std::vector<NodeId> ids;
  for (const Member& member : members) ids.push_back(member.id);
  return ids;
}

TEST(LeaseTableTest, SilentMemberLapsesAfterTheLeaseInTicksOfTheObserver) {
  LeaseTable table(Node(1), kLeaseTicks);
  const View view = ViewOf({1, 2});
  const std::map<NodeId, uint64_t> counters = {{Node(2), 5}};
  EXPECT_TRUE(table.Tick(view, counters).empty());  // first seen
  EXPECT_TRUE(table.Tick(view, counters).empty());  // silent for 1
  EXPECT_TRUE(table.Tick(view, counters).empty());  // 2
  EXPECT_EQ(Ids(table.Tick(view, counters)), std::vector{Node(2)});
  EXPECT_EQ(Ids(table.Tick(view, counters)), std::vector{Node(2)});  // until it is gone
}

TEST(LeaseTableTest, AnyMoveOfTheCounterRenewsTheLease) {
  LeaseTable table(Node(1), kLeaseTicks);
  const View view = ViewOf({1, 2});
  for (uint64_t tick = 0; tick < 50; ++tick) {
    EXPECT_TRUE(table.Tick(view, {{Node(2), tick / 2}}).empty()) << tick;
  }
}

TEST(LeaseTableTest, NeverNamesItself) {
  LeaseTable table(Node(1), kLeaseTicks);
  for (int tick = 0; tick < 20; ++tick) EXPECT_TRUE(table.Tick(ViewOf({1}), {}).empty());
}

TEST(LeaseTableTest, MemberWithoutAnyCounterLapsesToo) {
  LeaseTable table(Node(1), kLeaseTicks);
  const View view = ViewOf({1, 2});
  for (uint32_t tick = 0; tick < kLeaseTicks; ++tick) EXPECT_TRUE(table.Tick(view, {}).empty());
  EXPECT_EQ(Ids(table.Tick(view, {})), std::vector{Node(2)});
}

TEST(LeaseTableTest, ALostCounterIsNoSignOfLife) {
  LeaseTable table(Node(1), kLeaseTicks);
  const View view = ViewOf({1, 2});
  EXPECT_TRUE(table.Tick(view, {{Node(2), 9}}).empty());
  EXPECT_TRUE(table.Tick(view, {}).empty());
  EXPECT_TRUE(table.Tick(view, {{Node(2), 9}}).empty());
  EXPECT_EQ(Ids(table.Tick(view, {})), std::vector{Node(2)});
}

TEST(LeaseTableTest, LeaseBeginsWhenTheMemberIsFirstSeen) {
  LeaseTable table(Node(1), kLeaseTicks);
  for (int tick = 0; tick < 10; ++tick) table.Tick(ViewOf({1}), {{Node(2), 1}});
  const View view = ViewOf({1, 2});
  for (uint32_t tick = 0; tick < kLeaseTicks; ++tick) {
    EXPECT_TRUE(table.Tick(view, {{Node(2), 1}}).empty());
  }
  EXPECT_EQ(table.Tick(view, {{Node(2), 1}}).size(), 1u);
}

TEST(LeaseTableTest, ExpelledMemberIsForgotten) {
  LeaseTable table(Node(1), kLeaseTicks);
  for (int tick = 0; tick < 5; ++tick) table.Tick(ViewOf({1, 2}), {});
  EXPECT_TRUE(table.Tick(ViewOf({1}), {}).empty());
  EXPECT_TRUE(table.Tick(ViewOf({1, 2}), {}).empty());  // its lease begins again
}

TEST(LeaseTableTest, NonMembersAreNobodysConcern) {
  LeaseTable table(Node(1), kLeaseTicks);
  for (int tick = 0; tick < 10; ++tick) {
    EXPECT_TRUE(table.Tick(ViewOf({1}), {{Node(7), 3}}).empty());
  }
}

}  // namespace
}  // namespace borealis::replication
