#include "control/api/parameters.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace borealis::control {
namespace {

constexpr size_t kListItemsMax = 500;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsIdentifier(std::string_view text) {
  if (text.empty() || text.size() > 63 || !IsLetter(text.front()) || text.back() == '-') {
    return false;
  }
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '-'; });
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string ToUpper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool IsPassword(std::string_view text) {
  return text.size() >= 8 && text.size() <= 41 && std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '/' && c != '"' && c != '@';
         });
}

bool IsUserName(std::string_view text) {
  return !text.empty() && text.size() <= 16 && IsLetter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

std::string Parameters::Text(std::string_view name) const {
  const auto field = form_.find(name);
  return field == form_.end() ? std::string() : field->second;
}

std::string Parameters::Required(std::string_view name) {
  std::string text = Text(name);
  if (text.empty()) {
    Fail(400, "MissingParameter", fmt::format("The request must contain the parameter {}.", name));
  }
  return text;
}

std::string Parameters::Identifier(std::string_view name) {
  const std::string text = Required(name);
  return text.empty() ? text : OptionalIdentifier(name);
}

std::string Parameters::OptionalIdentifier(std::string_view name) {
  const std::string text = Text(name);
  if (!text.empty() && !IsIdentifier(text)) {
    FailValue(
        fmt::format("The parameter {} is not a valid identifier. Identifiers must begin with "
                    "a letter; must contain only ASCII letters, digits, and hyphens; and must "
                    "not end with a hyphen or contain two consecutive hyphens; at most 63.",
                    name));
    return {};
  }
  return ToLower(text);
}

int Parameters::Number(std::string_view name, int otherwise, int min, int max) {
  const std::string text = Text(name);
  if (text.empty()) return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    FailValue(fmt::format("{} must be a number from {} to {}.", name, min, max));
    return otherwise;
  }
  return value;
}

bool Parameters::Flag(std::string_view name, bool otherwise) {
  const std::string text = ToLower(Text(name));
  if (text.empty()) return otherwise;
  if (text != "true" && text != "false") FailValue(fmt::format("{} must be true or false.", name));
  return text == "true";
}

std::vector<std::string> Parameters::List(const std::string& prefix) const {
  std::string spelled = prefix;
  if (!Has(spelled + ".1")) {
    const size_t dot = prefix.rfind('.');
    if (dot != std::string::npos) spelled = prefix.substr(0, dot) + ".member";
  }
  std::vector<std::string> items;
  while (items.size() < kListItemsMax && Has(fmt::format("{}.{}", spelled, items.size() + 1))) {
    items.push_back(Text(fmt::format("{}.{}", spelled, items.size() + 1)));
  }
  return items;
}

bool Parameters::HasUnder(const std::string& prefix) const {
  const auto at = form_.lower_bound(prefix + ".");
  return at != form_.end() && at->first.starts_with(prefix + ".");
}

void Parameters::Fail(int http_status, std::string code, std::string message) {
  if (!error_) error_ = ApiError{http_status, std::move(code), std::move(message)};
}

}  // namespace borealis::control
