#include "control/model/recurring_window.h"

#include <gtest/gtest.h>

namespace borealis::control {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayUs = 1440 * kMinuteUs;

bool Holds(const RecurringWindow& window, int64_t now_us) {
  return window.BeganUs(now_us).has_value();
}

TEST(DailyWindow, BeginsOnceADay) {
  const auto window = ParseDailyWindow("03:00-03:30");
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->BeganUs(kDayUs + 179 * kMinuteUs), std::nullopt);
  EXPECT_EQ(window->BeganUs(kDayUs + 180 * kMinuteUs), kDayUs + 180 * kMinuteUs);
  EXPECT_EQ(window->BeganUs(kDayUs + 209 * kMinuteUs + 1), kDayUs + 180 * kMinuteUs);
  EXPECT_EQ(window->BeganUs(kDayUs + 210 * kMinuteUs), std::nullopt);
}

TEST(DailyWindow, MayReachOverMidnight) {
  const auto window = ParseDailyWindow("23:45-00:15");
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->BeganUs(kDayUs + 14 * kMinuteUs), kDayUs - 15 * kMinuteUs);
}

TEST(DailyWindow, RefusesWhatIsNone) {
  for (const char* text : {"", "03:00", "03:00-03:29", "24:00-01:00", "3:00-04:000", "03:60-05:00",
                           "0a:00-05:00", "03:00_05:00"}) {
    EXPECT_FALSE(ParseDailyWindow(text).has_value()) << text;
  }
}

// 1970-01-05 was a Monday.
TEST(WeeklyWindow, HoldsOnceAWeek) {
  const auto window = ParseWeeklyWindow("tue:04:00-tue:04:30");
  ASSERT_TRUE(window.has_value());
  const int64_t tuesday_us = 5 * kDayUs;
  EXPECT_FALSE(Holds(*window, tuesday_us + 239 * kMinuteUs));
  EXPECT_TRUE(Holds(*window, tuesday_us + 240 * kMinuteUs));
  EXPECT_TRUE(Holds(*window, tuesday_us + 7 * kDayUs + 269 * kMinuteUs));
  EXPECT_FALSE(Holds(*window, tuesday_us + 270 * kMinuteUs));
  EXPECT_FALSE(Holds(*window, tuesday_us + kDayUs + 240 * kMinuteUs));
}

TEST(WeeklyWindow, MayReachIntoTheNextWeek) {
  const auto window = ParseWeeklyWindow("sun:23:45-mon:00:15");
  ASSERT_TRUE(window.has_value());
  EXPECT_TRUE(Holds(*window, 4 * kDayUs + 14 * kMinuteUs));
  EXPECT_FALSE(Holds(*window, 4 * kDayUs + 15 * kMinuteUs));
}

TEST(WeeklyWindow, RefusesWhatIsNone) {
  for (const char* text : {"", "sun:04:00-sun:04:29", "Sun:04:00-sun:05:00", "sun:04:00-tue:04:00",
                           "sun:24:00-mon:01:00", "sun-04:00-sun:05:00", "04:00-05:00"}) {
    EXPECT_FALSE(ParseWeeklyWindow(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace borealis::control
