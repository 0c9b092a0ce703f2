#include "control/model/daily_window.h"

namespace borealis::control {
namespace {

constexpr int kDayMinutes = 24 * 60;
constexpr int64_t kMinuteUs = 60'000'000;

}  // namespace

int MinuteOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  const auto digit = [&](size_t at) {
    return text[at] < '0' || text[at] > '9' ? -100 : text[at] - '0';
  };
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

std::optional<int64_t> DailyWindow::BeganUs(int64_t now_us) const {
  const int64_t now_minute = now_us / kMinuteUs;
  const int64_t since = (now_minute % kDayMinutes - begin_minute + kDayMinutes) % kDayMinutes;
  if (since >= minutes) return std::nullopt;
  return (now_minute - since) * kMinuteUs;
}

std::optional<DailyWindow> DailyWindow::Parse(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const int begin = MinuteOfDay(text.substr(0, 5));
  const int end = MinuteOfDay(text.substr(6));
  if (begin < 0 || end < 0) return std::nullopt;
  const int minutes = (end - begin + kDayMinutes) % kDayMinutes;
  if (minutes < kWindowMinutesMin) return std::nullopt;
  return DailyWindow{begin, minutes};
}

}  // namespace borealis::control
