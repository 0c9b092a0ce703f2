#include "replication/service_gate.h"

#include <gtest/gtest.h>

namespace borealis::replication {
namespace {

using Change = ServiceGate::Change;
using State = ServiceGate::State;

TEST(ServiceGateTest, ANodeNearTheEndServesAsSoonAsItJoined) {
  ServiceGate gate(10);
  EXPECT_EQ(gate.Tick(true, 99), Change::kNone) << "it does not serve yet";
  EXPECT_EQ(gate.Joined(false, 10), Change::kReturn);
  EXPECT_EQ(gate.state(), State::kServing);
}

TEST(ServiceGateTest, ANodeThatJoinedFarBehindServesWhenItHasCaughtUp) {
  ServiceGate gate(10);
  EXPECT_EQ(gate.Joined(true, 0), Change::kNone);
  EXPECT_EQ(gate.Tick(false, 11), Change::kNone);
  EXPECT_EQ(gate.Tick(false, 10), Change::kReturn);
  ServiceGate busy(10);
  EXPECT_EQ(busy.Joined(false, 11), Change::kNone);
  EXPECT_EQ(busy.state(), State::kBehind);
}

TEST(ServiceGateTest, ItLeavesOnceAndReturnsOnce) {
  ServiceGate gate(10);
  gate.Joined(false, 0);
  EXPECT_EQ(gate.Tick(false, 1000), Change::kNone) << "slow, but all of the log is read";
  EXPECT_EQ(gate.Tick(true, 1000), Change::kLeave);
  EXPECT_EQ(gate.Tick(true, 1000), Change::kNone);
  EXPECT_EQ(gate.Tick(false, 11), Change::kNone);
  EXPECT_EQ(gate.Tick(true, 5), Change::kNone) << "few items wait, but the log has more";
  EXPECT_EQ(gate.Tick(false, 10), Change::kReturn);
  EXPECT_EQ(gate.Tick(false, 10), Change::kNone);
}

}  // namespace
}  // namespace borealis::replication
