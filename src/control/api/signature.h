// AWS Signature Version 4: what a signed request says of itself, and the signature that it must
// carry. Source: AWS, "Create a signed AWS API request". Pure; hashing is OpenSSL's.
//
//   Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request,
//                  SignedHeaders=a;b;c, Signature=64 lower-case hex digits
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "control/api/http_message.h"

namespace borealis::control {

inline constexpr size_t kSignatureHexDigits = 64;
inline constexpr size_t kSignedHeadersMax = 64;

struct Authorization {
  std::string key_id;
  std::string date;  // YYYYMMDD
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  // lower case, rising, no two equal
  std::string signature;
  std::string Scope() const;  // "DATE/REGION/SERVICE/aws4_request"
};

// Of the header's value. kInvalidArgument: the first thing that is wrong with it.
Result<Authorization> ParseAuthorization(std::string_view header);

// Microseconds since 1970 of "20261123T140529Z". kInvalidArgument: it is no such time.
Result<int64_t> ParseAmzDate(std::string_view text);

// The signature that `request` must carry if whoever sent it knows `secret`. REQUIRES: nothing; a
// signed header that is not there is signed as empty.
std::string ExpectedSignature(const HttpRequest& request, const Authorization& authorization,
                              std::string_view secret);

// The time it takes tells nothing about where they differ.
bool EqualInConstantTime(std::string_view a, std::string_view b);

std::string Sha256Hex(std::string_view text);

}  // namespace borealis::control
