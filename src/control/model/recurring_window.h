// A time of the day or of the week in which something may be done each day or week, in UTC. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace borealis::control {

inline constexpr int kWindowMinutesMin = 30;

struct RecurringWindow {
  int64_t period_minutes = 0;  // the first began with 1970
  int64_t begin_minute = 0;    // of the period
  int64_t minutes = 0;         // at least kWindowMinutesMin; it may reach into the next period
  // When the window began that `now_us` lies in; nullopt: it lies in none.
  std::optional<int64_t> BeganUs(int64_t now_us) const;
};

// "03:00-03:30". nullopt: it is none, or too short.
std::optional<RecurringWindow> ParseDailyWindow(std::string_view text);
// "sun:04:00-sun:04:30". nullopt: it is none, too short, or longer than a day.
std::optional<RecurringWindow> ParseWeeklyWindow(std::string_view text);

}  // namespace borealis::control
