#include "control/api/signature.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>

#include "base/check.h"
#include "control/api/form.h"

namespace borealis::control {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr size_t kFieldBytesMax = 128;
using Digest = std::array<unsigned char, 32>;

Status Refuse(std::string_view what) {
  return {Code::kInvalidArgument, fmt::format("Authorization header: {}", what)};
}

bool AllOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Status ParseCredential(std::string_view text, Authorization& out) {
  const auto parts = Split(text, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request") {
    return Refuse("Credential must be KEY/DATE/REGION/SERVICE/aws4_request");
  }
  for (const std::string_view part : parts) {
    if (part.empty() || part.size() > kFieldBytesMax || !AllOf(part, kNameCharacters)) {
      return Refuse("a part of Credential is empty, too long or holds a character that none may");
    }
  }
  if (parts[1].size() != 8 || !AllOf(parts[1], kDigits)) return Refuse("the date must be YYYYMMDD");
  out.key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  return Status::Ok();
}

Status ParseSignedHeaders(std::string_view text, Authorization& out) {
  for (const std::string_view name : Split(text, ';')) {
    if (name.empty() || name.size() > kFieldBytesMax || !AllOf(name, kNameCharacters) ||
        std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
      return Refuse("SignedHeaders must be lower-case names");
    }
    if (!out.signed_headers.empty() && out.signed_headers.back() >= name) {
      return Refuse("SignedHeaders must be in alphabetical order, each once");
    }
    if (out.signed_headers.size() >= kSignedHeadersMax) return Refuse("too many signed headers");
    out.signed_headers.emplace_back(name);
  }
  return Status::Ok();
}

Status ParseField(std::string_view field, Authorization& out) {
  const size_t equals = std::min(field.find('='), field.size());
  const std::string_view name = field.substr(0, equals);
  const std::string_view value = field.substr(std::min(equals + 1, field.size()));
  if (name == "Credential" && out.key_id.empty()) return ParseCredential(value, out);
  if (name == "SignedHeaders" && out.signed_headers.empty()) return ParseSignedHeaders(value, out);
  if (name == "Signature" && out.signature.empty()) {
    if (value.size() != kSignatureHexDigits || !AllOf(value, kHex)) {
      return Refuse("Signature must be 64 lower-case hex digits");
    }
    out.signature = value;
    return Status::Ok();
  }
  return Refuse("must be Credential, SignedHeaders and Signature, each once");
}

std::string Hex(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

Digest Sha256(std::string_view text) {
  Digest digest{};
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

Digest Hmac(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) != nullptr);
  return digest;
}

std::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// All values of a header, trimmed, runs of blanks as one, joined by commas.
std::string CanonicalValue(const HttpRequest& request, std::string_view name) {
  std::string joined;
  bool first = true;
  for (const auto& [header, value] : request.headers) {
    if (header != name) continue;
    if (!first) joined += ',';
    first = false;
    bool blank = false;
    for (const char c : Trim(value)) {
      if (!(c == ' ' && blank)) joined += c;
      blank = c == ' ';
    }
  }
  return joined;
}

std::string CanonicalRequest(const HttpRequest& request, const Authorization& authorization) {
  const size_t question = std::min(request.target.find('?'), request.target.size());
  std::string text = request.method + '\n' + request.target.substr(0, question) + '\n';
  std::vector<std::string_view> query = Split(
      std::string_view(request.target).substr(std::min(question + 1, request.target.size())), '&');
  std::sort(query.begin(), query.end());
  for (size_t i = 0; i < query.size(); ++i) text.append(i == 0 ? "" : "&").append(query[i]);
  text += '\n';
  std::string names;
  for (const std::string& name : authorization.signed_headers) {
    text.append(name).append(":").append(CanonicalValue(request, name)).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  return text + '\n' + names + '\n' + Hex(Sha256(request.body));
}

}  // namespace

std::string Authorization::Scope() const {
  return fmt::format("{}/{}/{}/aws4_request", date, region, service);
}

Result<Authorization> ParseAuthorization(std::string_view header) {
  if (!header.starts_with(kAlgorithm) || header.size() == kAlgorithm.size() ||
      header[kAlgorithm.size()] != ' ') {
    return Refuse("the algorithm must be AWS4-HMAC-SHA256");
  }
  header.remove_prefix(kAlgorithm.size());
  Authorization authorization;
  for (const std::string_view field : Split(header, ',')) {
    RETURN_IF_ERROR(ParseField(Trim(field), authorization));
  }
  if (authorization.key_id.empty() || authorization.signed_headers.empty() ||
      authorization.signature.empty()) {
    return Refuse("must hold Credential, SignedHeaders and Signature");
  }
  return authorization;
}

Result<int64_t> ParseAmzDate(std::string_view text) {
  const Status bad(Code::kInvalidArgument, "the date must be YYYYMMDDTHHMMSSZ");
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return bad;
  const auto number = [&](size_t at, size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      value = c < '0' || c > '9' ? -1'000'000 : value * 10 + (c - '0');
    }
    return value;
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(4, 2) - 1;
  parts.tm_mday = number(6, 2);
  parts.tm_hour = number(9, 2);
  parts.tm_min = number(11, 2);
  parts.tm_sec = number(13, 2);
  if (parts.tm_year < 70 || parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 ||
      parts.tm_mday > 31 || parts.tm_hour < 0 || parts.tm_hour > 23 || parts.tm_min < 0 ||
      parts.tm_min > 59 || parts.tm_sec < 0 || parts.tm_sec > 60) {
    return bad;
  }
  return int64_t{timegm(&parts)} * 1'000'000;
}

std::string ExpectedSignature(const HttpRequest& request, const Authorization& authorization,
                              std::string_view secret) {
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, request.Header("x-amz-date"), authorization.Scope(),
                  Sha256Hex(CanonicalRequest(request, authorization)));
  Digest key = Hmac("AWS4" + std::string(secret), authorization.date);
  key = Hmac(View(key), authorization.region);
  key = Hmac(View(key), authorization.service);
  key = Hmac(View(key), "aws4_request");
  return Hex(Hmac(View(key), to_sign));
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Sha256Hex(std::string_view text) { return Hex(Sha256(text)); }

}  // namespace borealis::control
