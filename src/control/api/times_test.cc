#include "control/api/times.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

TEST(ReadTime, TakesWhatClientsWrite) {
  const int64_t second = 1'795'712'639'000'000;
  EXPECT_EQ(ReadTime("2026-11-26T17:03:59Z"), second);
  EXPECT_EQ(ReadTime("2026-11-26T17:03:59"), second);
  EXPECT_EQ(ReadTime("20261126T170359Z"), second);
  EXPECT_EQ(ReadTime("2026-11-26T17:03:59+00:00"), second);
  EXPECT_EQ(ReadTime("2026-11-26T17:03:59.250Z"), second + 250'000);
  EXPECT_EQ(ReadTime("2026-11-26T17:03:59.2500019999Z"), second + 250'001);
}

TEST(ReadTime, RefusesOtherZonesAndNonsense) {
  for (const char* text : {"", "now", "2026-11-26", "2026-11-26T17:03:59+01:00",
                           "2026-11-26T17:03:59.5 ", "2026-13-26T17:03:59Z"}) {
    EXPECT_EQ(ReadTime(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace borealis::control
