#include "control/model/weekly_window.h"

#include <algorithm>
#include <array>

#include "control/model/daily_window.h"

namespace borealis::control {
namespace {

constexpr int kDayMinutes = 24 * 60;
constexpr int kWeekMinutes = 7 * kDayMinutes;
constexpr int64_t kMinuteUs = 60'000'000;
constexpr int kFirstDay = 3;  // 1970 began with a Thursday
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// "ddd:hh:mm"; -1: no such time.
int MinuteOf(std::string_view text) {
  if (text.size() != 9 || text[3] != ':') return -1;
  const auto day = std::find(kDays.begin(), kDays.end(), text.substr(0, 3));
  const int minute = MinuteOfDay(text.substr(4));
  if (day == kDays.end() || minute < 0) return -1;
  return static_cast<int>(day - kDays.begin()) * kDayMinutes + minute;
}

}  // namespace

bool WeeklyWindow::Holds(int64_t now_us) const {
  const int64_t now = (now_us / kMinuteUs + kFirstDay * kDayMinutes) % kWeekMinutes;
  return (now - begin_minute + kWeekMinutes) % kWeekMinutes < minutes;
}

std::optional<WeeklyWindow> WeeklyWindow::Parse(std::string_view text) {
  if (text.size() != 19 || text[9] != '-') return std::nullopt;
  const int begin = MinuteOf(text.substr(0, 9));
  const int end = MinuteOf(text.substr(10));
  if (begin < 0 || end < 0) return std::nullopt;
  const int minutes = (end - begin + kWeekMinutes) % kWeekMinutes;
  if (minutes < kWindowMinutesMin || minutes > kDayMinutes) return std::nullopt;
  return WeeklyWindow{begin, minutes};
}

}  // namespace borealis::control
