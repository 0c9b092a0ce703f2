#include "control/api/value.h"

#include <fmt/core.h>

#include <ctime>

#include "base/check.h"

namespace borealis::control {

Value& Value::Add(std::string name, Value value) {
  CHECK(kind_ == Kind::kRecord);
  members_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Value& Value::Add(std::string name, std::string_view text) {
  return Add(std::move(name), Text(std::string(text)));
}

Value& Value::Add(std::string name, int64_t number) {
  Value value(Kind::kNumber);
  value.text_ = std::to_string(number);
  return Add(std::move(name), std::move(value));
}

Value& Value::Add(std::string name, bool flag) {
  Value value(Kind::kBool);
  value.text_ = flag ? "true" : "false";
  return Add(std::move(name), std::move(value));
}

Value& Value::AddIfSet(std::string name, std::string_view text) {
  return text.empty() ? *this : Add(std::move(name), text);
}

Value& Value::AddTime(std::string name, int64_t time_us) {
  return time_us == 0 ? *this : Add(std::move(name), TimeText(time_us));
}

Value& Value::Append(Value value) {
  CHECK(kind_ == Kind::kList);
  members_.emplace_back(std::string(), std::move(value));
  return *this;
}

std::string EscapeXml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

void RenderXml(std::string_view name, const Value& value, std::string& out) {
  out += fmt::format("<{}>", name);
  switch (value.kind()) {
    case Value::Kind::kRecord:
      for (const auto& [member, child] : value.members()) RenderXml(member, child, out);
      break;
    case Value::Kind::kList:
      for (const auto& [unnamed, child] : value.members()) RenderXml(value.text(), child, out);
      break;
    default:
      out += EscapeXml(value.text());
  }
  out += fmt::format("</{}>", name);
}

std::string TimeText(int64_t time_us) {
  const std::time_t seconds = static_cast<std::time_t>(time_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     time_us / 1000 % 1000);
}

}  // namespace borealis::control
