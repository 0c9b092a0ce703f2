#include "control/model/recurring_window.h"

#include <algorithm>
#include <array>

namespace borealis::control {
namespace {

constexpr int64_t kDayMinutes = 24LL * 60;
constexpr int64_t kWeekMinutes = 7 * kDayMinutes;
constexpr int64_t kMinuteUs = 60'000'000;
// 1970 began with a Thursday.
constexpr std::array<std::string_view, 7> kDays = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};

// "hh:mm"; -1: no such time.
int64_t MinuteOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  const auto digit = [&](size_t at) {
    return text[at] < '0' || text[at] > '9' ? -100 : text[at] - '0';
  };
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

// "ddd:hh:mm"; -1: no such time.
int64_t MinuteOfWeek(std::string_view text) {
  if (text.size() != 9 || text[3] != ':') return -1;
  const auto day = std::find(kDays.begin(), kDays.end(), text.substr(0, 3));
  const int64_t minute = MinuteOfDay(text.substr(4));
  if (day == kDays.end() || minute < 0) return -1;
  return (day - kDays.begin()) * kDayMinutes + minute;
}

// "FROM-TO", both of `size` characters.
std::optional<RecurringWindow> Parse(std::string_view text, size_t size, int64_t period,
                                     int64_t (*minute_of)(std::string_view)) {
  if (text.size() != 2 * size + 1 || text[size] != '-') return std::nullopt;
  const int64_t begin = minute_of(text.substr(0, size));
  const int64_t end = minute_of(text.substr(size + 1));
  if (begin < 0 || end < 0) return std::nullopt;
  const int64_t minutes = (end - begin + period) % period;
  if (minutes < kWindowMinutesMin || minutes > kDayMinutes) return std::nullopt;
  return RecurringWindow{period, begin, minutes};
}

}  // namespace

std::optional<int64_t> RecurringWindow::BeganUs(int64_t now_us) const {
  const int64_t now = now_us / kMinuteUs;
  const int64_t since = (now % period_minutes - begin_minute + period_minutes) % period_minutes;
  if (since >= minutes) return std::nullopt;
  return (now - since) * kMinuteUs;
}

std::optional<RecurringWindow> ParseDailyWindow(std::string_view text) {
  return Parse(text, 5, kDayMinutes, MinuteOfDay);
}

std::optional<RecurringWindow> ParseWeeklyWindow(std::string_view text) {
  return Parse(text, 9, kWeekMinutes, MinuteOfWeek);
}

}  // namespace borealis::control
