#include "provider/outcome.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace borealis::provider {

std::string OutcomeText(const abi::Buffer* error) {
  if (error == nullptr || error->ptr == nullptr || error->len == 0) return {};
  const std::string_view text(static_cast<const char*>(error->ptr), error->len);
  constexpr std::string_view kMark = "Error_code: ";
  constexpr std::string_view kDigits = "0123456789";
  std::string codes;
  bool found = false;
  for (size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at)) {
    found = true;
    at += kMark.size();
    const size_t end = text.find_first_not_of(kDigits, at);
    if (!codes.empty()) codes += ',';
    codes += text.substr(at, end == std::string_view::npos ? end : end - at);
  }
  return found ? codes : std::string(text);
}

bool RefusedBeforeAnyEffect(std::string_view outcome) {
  // The last error is what the statement ended with; those before it are its reasons.
  const std::string_view last = outcome.substr(outcome.rfind(',') + 1);
  // Any failure of the engine; that of a CREATE TABLE has no effect.
  if (last == "1030") return outcome.ends_with("1005,1030");
  // 1005: CREATE TABLE refused by the engine. 1118: row size. 1478: table option.
  // 1845, 1846: ALGORITHM or LOCK, also of alter_algorithm. 4119: ALTER of a versioned table.
  constexpr std::array<std::string_view, 6> kRefusals = {"1005", "1118", "1478",
                                                         "1845", "1846", "4119"};
  return std::ranges::find(kRefusals, last) != kRefusals.end();
}

}  // namespace borealis::provider
