#include "control/api/times.h"

#include "control/api/signature.h"

namespace borealis::control {

std::optional<int64_t> ReadTime(const std::string& text) {
  std::string digits;
  size_t at = 0;
  for (; at < text.size() && text[at] != '.' && text[at] != 'Z' && text[at] != '+'; ++at) {
    if (text[at] != '-' && text[at] != ':') digits += text[at];
  }
  int64_t fraction_us = 0;
  if (at < text.size() && text[at] == '.') {
    int64_t unit_us = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit_us /= 10) {
      fraction_us += (text[at] - '0') * unit_us;
    }
  }
  const std::string zone = text.substr(at);
  if (!zone.empty() && zone != "Z" && zone != "+00:00" && zone != "+0000") return std::nullopt;
  const auto seconds = ParseAmzDate(digits + "Z");
  return seconds.ok() ? std::optional(*seconds + fraction_us) : std::nullopt;
}

}  // namespace borealis::control
