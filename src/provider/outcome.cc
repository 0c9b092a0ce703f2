#include "provider/outcome.h"

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

}  // namespace borealis::provider
