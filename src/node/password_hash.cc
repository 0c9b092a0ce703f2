#include "node/password_hash.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace borealis::node {
namespace {

constexpr size_t kSha1Bytes = 20;
constexpr size_t kHashChars = 1 + 2 * kSha1Bytes;

using Sha1 = std::array<unsigned char, kSha1Bytes>;

Sha1 Hash(const void* bytes, size_t size) {
  Sha1 hash{};
  CHECK(EVP_Digest(bytes, size, hash.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return hash;
}

}  // namespace

std::string PasswordHash(std::string_view password) {
  if (password.empty()) return "";
  const Sha1 once = Hash(password.data(), password.size());
  const Sha1 twice = Hash(once.data(), once.size());
  std::string text = "*";
  for (const unsigned char byte : twice) text += fmt::format("{:02X}", byte);
  return text;
}

bool IsPasswordHash(std::string_view text) {
  return text.size() == kHashChars && text.front() == '*' &&
         std::ranges::all_of(text.substr(1), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
         });
}

}  // namespace borealis::node
