#include "node/time_text.h"

#include <fmt/core.h>

#include <chrono>
#include <optional>

namespace borealis::node {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int kFractionDigits = 6;

// Takes text from the front; what does not fit leaves it failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `digits` digits, a number from min to max.
  int Number(int digits, int min, int max) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = value * 10 + Digit().value_or(0);
    if (value < min || value > max) failed_ = true;
    return value;
  }
  std::optional<int> Digit() {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
      failed_ = true;
      return std::nullopt;
    }
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }
  // One of the characters.
  char OneOf(std::string_view characters) {
    const char found = Optional(characters);
    if (found == 0) failed_ = true;
    return found;
  }
  // The same; 0 when none of them is next.
  char Optional(std::string_view characters) {
    if (!NextIs(characters)) return 0;
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }
  bool NextIs(std::string_view characters) const {
    return !rest_.empty() && characters.find(rest_.front()) != std::string_view::npos;
  }
  bool failed() const { return failed_; }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

int64_t ScanFraction(Scanner& scan) {
  int64_t us = 0;
  int digits = 0;
  do {
    us = us * 10 + scan.Digit().value_or(0);
  } while (++digits < kFractionDigits && scan.NextIs("0123456789"));
  for (; digits < kFractionDigits; ++digits) us *= 10;
  return us;
}

// How far the clock that was written is ahead of UTC, in seconds.
int64_t ScanOffset(Scanner& scan) {
  if (scan.done()) return 0;
  (void)scan.Optional(" ");
  const char sign = scan.OneOf("Zz+-");
  if (sign != '+' && sign != '-') return 0;
  const int hours = scan.Number(2, 0, 23);
  (void)scan.OneOf(":");
  const int minutes = scan.Number(2, 0, 59);
  const int64_t seconds = (int64_t{hours} * 60 + minutes) * 60;
  return sign == '-' ? -seconds : seconds;
}

}  // namespace

Result<int64_t> ParseMoment(std::string_view text) {
  const Status unclear(
      Code::kInvalidArgument,
      fmt::format("\"{}\" is no time; give one as 2026-11-23T22:29:03Z or \"2026-11-23 "
                  "22:29:03.250000\", in UTC or with an offset such as +01:00",
                  text));
  Scanner scan(text);
  const int year = scan.Number(4, 1970, 9999);
  (void)scan.OneOf("-");
  const int month = scan.Number(2, 1, 12);
  (void)scan.OneOf("-");
  const int day = scan.Number(2, 1, 31);
  (void)scan.OneOf("Tt ");
  const int hour = scan.Number(2, 0, 23);
  (void)scan.OneOf(":");
  const int minute = scan.Number(2, 0, 59);
  (void)scan.OneOf(":");
  const int second = scan.Number(2, 0, 59);
  const int64_t fraction_us = scan.Optional(".") != 0 ? ScanFraction(scan) : 0;
  const int64_t offset_s = ScanOffset(scan);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (scan.failed() || !scan.done() || !date.ok()) return unclear;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86'400 + (int64_t{hour} * 60 + minute) * 60 + second - offset_s;
  if (seconds < 0) return unclear;
  return seconds * kSecondUs + fraction_us;
}

std::string FormatMoment(int64_t time_us) {
  const int64_t seconds = time_us / kSecondUs;
  const std::chrono::sys_days day{std::chrono::days{seconds / 86'400}};
  const std::chrono::year_month_day date(day);
  const int64_t of_day = seconds % 86'400;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     of_day / 3600, of_day / 60 % 60, of_day % 60, time_us % kSecondUs);
}

}  // namespace borealis::node
