#include "control/api/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace borealis::control {

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.empty() || text.size() > kBase64BytesMax || text.size() % 4 != 0) return std::nullopt;
  // OpenSSL skips blanks around and takes '=' anywhere.
  const std::string_view digits = text.substr(0, text.size() - (text.ends_with("==")  ? 2
                                                                : text.ends_with('=') ? 1
                                                                                      : 0));
  const bool good = std::all_of(digits.begin(), digits.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
  if (!good) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(length) - (text.size() - digits.size()));
  return bytes;
}

}  // namespace borealis::control
