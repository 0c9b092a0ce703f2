#include "control/reconcile/connection_limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace borealis::control {
namespace {

using Limits = std::vector<int64_t>;

TEST(ShareConnections, EachHasWhatItsServersTakeAndSomeToRefuse) {
  EXPECT_EQ(ShareConnections({}, 100), Limits{});
  EXPECT_EQ(ShareConnections({60, 120}, 100'000),
            (Limits{60 + kRefusedAtOnceMax, 120 + kRefusedAtOnceMax}));
}

TEST(ShareConnections, WhatIsLeftIsSharedEqually) {
  EXPECT_EQ(ShareConnections({60, 120, 0}, 480), (Limits{160, 220, 100}));
}

TEST(ShareConnections, WithoutRoomForAllEachHasItsPart) {
  EXPECT_EQ(ShareConnections({60, 120, 0}, 93), (Limits{31, 61, 1}));
  EXPECT_EQ(ShareConnections({60, 0}, 0), (Limits{1, 1}));
}

TEST(ShareConnections, TogetherTheyNeverTakeMoreThanThereIs) {
  for (int64_t room = 5; room < 6'000; ++room) {
    const Limits limits = ShareConnections({7, 0, 60, 1500, 33}, room);
    ASSERT_LE(std::accumulate(limits.begin(), limits.end(), int64_t{0}), room);
    ASSERT_GE(*std::ranges::min_element(limits), 1) << room;
  }
}

TEST(ConnectionsOf, AParameterInEffectWinsOverTheClass) {
  Instance instance;
  EXPECT_EQ(ConnectionsOf(instance), 0);
  instance.instance_class = "db.t3.small";
  EXPECT_EQ(ConnectionsOf(instance), 120);
  instance.parameters["max_connections"] = "500";
  EXPECT_EQ(ConnectionsOf(instance), 500);
}

}  // namespace
}  // namespace borealis::control
