#include "node/time_text.h"

#include <gtest/gtest.h>

namespace borealis::node {
namespace {

constexpr int64_t kMomentUs = 1'795'472'943'000'000;  // 2026-11-23T22:29:03Z

TEST(TimeTextTest, TakesWhatRfc3339AndSqlWrite) {
  for (const char* text :
       {"2026-11-23T22:29:03Z", "2026-11-23t22:29:03z", "2026-11-23 22:29:03",
        "2026-11-23T22:29:03", "2026-11-23 22:29:03.000000", "2026-11-23 22:29:03.0 Z",
        "2026-11-23T23:29:03+01:00", "2026-11-23 16:59:03 -05:30", "2026-11-24T00:29:03+02:00"}) {
    const auto time_us = ParseMoment(text);
    ASSERT_TRUE(time_us.ok()) << text << ": " << time_us.status().ToString();
    EXPECT_EQ(*time_us, kMomentUs) << text;
  }
}

TEST(TimeTextTest, FractionsAreOfASecond) {
  EXPECT_EQ(*ParseMoment("2026-11-23 22:29:03.25"), kMomentUs + 250'000);
  EXPECT_EQ(*ParseMoment("2026-11-23T22:29:03.000001Z"), kMomentUs + 1);
  EXPECT_EQ(*ParseMoment("2026-11-23T22:29:03.5+00:00"), kMomentUs + 500'000);
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "now",
                           "2026-11-23",
                           "2026-11-23T22:29",
                           "2026-11-23T22:29:3Z",
                           "26-11-23 22:29:03",
                           "2026-02-29 00:00:00",
                           "2026-13-01 00:00:00",
                           "2026-11-31 00:00:00",
                           "2026-11-23 24:00:00",
                           "2026-11-23 22:60:03",
                           "2026-11-23 22:29:60",
                           "2026-11-23 22:29:03.",
                           "2026-11-23 22:29:03.1234567",
                           "2026-11-23 22:29:03 ",
                           "2026-11-23 22:29:03+1:00",
                           "2026-11-23 22:29:03+0100",
                           "2026-11-23 22:29:03 UTC",
                           "2026-11-23  22:29:03",
                           "2026-11-23T22:29:03Zx",
                           "-026-11-23 22:29:03",
                           "1969-12-31 23:59:59",
                           "1970-01-01T00:00:00+01:00"}) {
    const auto time_us = ParseMoment(text);
    EXPECT_EQ(time_us.status().code(), Code::kInvalidArgument) << text;
  }
}

TEST(TimeTextTest, WhatIsPrintedIsReadBack) {
  EXPECT_EQ(FormatMoment(kMomentUs + 250), "2026-11-23T22:29:03.000250Z");
  EXPECT_EQ(FormatMoment(0), "1970-01-01T00:00:00.000000Z");
  for (int64_t time_us = 1; time_us < 200'000'000'000'000'000; time_us = time_us * 3 + 7) {
    EXPECT_EQ(*ParseMoment(FormatMoment(time_us)), time_us);
  }
}

}  // namespace
}  // namespace borealis::node
