// A time of day in which something may be done each day, "03:00-03:30" in UTC. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace borealis::control {

struct DailyWindow {
  int begin_minute = 0;  // of the day
  int minutes = 0;       // at least kWindowMinutesMin; it may reach over midnight
  // When the window began that `now_us` lies in; nullopt: it lies in none.
  std::optional<int64_t> BeganUs(int64_t now_us) const;
  // nullopt: it is none, or too short.
  static std::optional<DailyWindow> Parse(std::string_view text);
};

inline constexpr int kWindowMinutesMin = 30;

// "hh:mm"; -1: no such time.
int MinuteOfDay(std::string_view text);

}  // namespace borealis::control
