// A time of the week in which something may be done, "sun:04:00-sun:04:30" in UTC. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace borealis::control {

struct WeeklyWindow {
  int begin_minute = 0;  // of the week, which begins with Monday
  int minutes = 0;       // kWindowMinutesMin to a day; it may reach over a midnight
  bool Holds(int64_t now_us) const;
  // nullopt: it is none, too short, or too long.
  static std::optional<WeeklyWindow> Parse(std::string_view text);
};

}  // namespace borealis::control
