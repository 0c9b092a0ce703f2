#include "plugin/session_rules.h"

#include <gtest/gtest.h>

#include <functional>

namespace borealis::plugin {
namespace {

SessionState Node(const std::function<void(SessionState&)>& change) {
  SessionState state;
  state.increment = state.node_increment = 16;
  state.offset = state.node_offset = 3;
  change(state);
  return state;
}

bool Refused(const std::function<void(SessionState&)>& change) {
  return CheckSession(Node(change)).has_value();
}

TEST(SessionRules, ASessionAsTheNodeMadeItIsFine) {
  EXPECT_FALSE(Refused([](SessionState&) {}));
  EXPECT_FALSE(Refused([](SessionState& s) { s.isolation = Isolation::kReadCommitted; }));
  EXPECT_FALSE(Refused([](SessionState& s) { s.isolation = Isolation::kReadUncommitted; }));
}

TEST(SessionRules, WhatBreaksAPromiseIsRefused) {
  EXPECT_TRUE(Refused([](SessionState& s) { s.isolation = Isolation::kSerializable; }));
  EXPECT_TRUE(Refused([](SessionState& s) { s.snapshot_isolation = false; }));
  EXPECT_TRUE(Refused([](SessionState& s) { s.schema_upgrade = SchemaUpgrade::kRolling; }));
  EXPECT_TRUE(Refused([](SessionState& s) { s.replicates = false; }));
  EXPECT_TRUE(Refused([](SessionState& s) { s.increment = 1; }));
  EXPECT_TRUE(Refused([](SessionState& s) { s.offset = 1; }));
}

TEST(SessionRules, FragmentsHaveBoundsInEachUnit) {
  const auto fragment = [](FragmentUnit unit, uint64_t size) {
    return Refused([&](SessionState& s) {
      s.fragment_unit = unit;
      s.fragment_size = size;
    });
  };
  EXPECT_FALSE(fragment(FragmentUnit::kBytes, 0));
  EXPECT_FALSE(fragment(FragmentUnit::kBytes, kFragmentBytesMin));
  EXPECT_FALSE(fragment(FragmentUnit::kBytes, kFragmentBytesMax));
  EXPECT_TRUE(fragment(FragmentUnit::kBytes, kFragmentBytesMin - 1));
  EXPECT_TRUE(fragment(FragmentUnit::kBytes, kFragmentBytesMax + 1));
  EXPECT_FALSE(fragment(FragmentUnit::kRows, kFragmentRowsMin));
  EXPECT_TRUE(fragment(FragmentUnit::kRows, kFragmentRowsMin - 1));
  EXPECT_FALSE(fragment(FragmentUnit::kStatements, kFragmentStatementsMin));
  EXPECT_TRUE(fragment(FragmentUnit::kStatements, kFragmentStatementsMin - 1));
}

TEST(SessionRules, MessagesAreOneLineThatTheServerCanShow) {
  for (const auto& change : std::vector<std::function<void(SessionState&)>>{
           [](SessionState& s) { s.isolation = Isolation::kSerializable; },
           [](SessionState& s) { s.snapshot_isolation = false; },
           [](SessionState& s) { s.schema_upgrade = SchemaUpgrade::kRolling; },
           [](SessionState& s) { s.replicates = false; }, [](SessionState& s) { s.offset = 9; },
           [](SessionState& s) { s.fragment_size = 1; }}) {
    const auto refusal = CheckSession(Node(change));
    ASSERT_TRUE(refusal);
    EXPECT_LT(refusal->message.size(), 400u);  // the server cuts at 512 bytes
    EXPECT_EQ(refusal->message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace borealis::plugin
