#include "control/api/authenticate.h"

#include <fmt/core.h>

#include <algorithm>

#include "control/api/value.h"

namespace borealis::control {
namespace {

ApiError Mismatch(std::string message) {
  return {403, "SignatureDoesNotMatch", std::move(message)};
}

bool Signs(const Authorization& authorization, std::string_view header) {
  return std::binary_search(authorization.signed_headers.begin(),
                            authorization.signed_headers.end(), header);
}

}  // namespace

bool ReadsOnly(std::string_view action) {
  return action.starts_with("Describe") || action.starts_with("List") ||
         action.starts_with("Download");
}

std::optional<ApiError> Authenticator::CheckTimeAndScope(const HttpRequest& request,
                                                         const Authorization& authorization,
                                                         int64_t now_us, int64_t& signed_us) const {
  if (authorization.service != "rds" && authorization.service != "ec2") {
    return Mismatch("Credential should be scoped to correct service: rds or ec2.");
  }
  if (authorization.region != region_) {
    return Mismatch(
        fmt::format("Credential should be scoped to a valid region: this is {}.", region_));
  }
  const std::string_view stamp = request.Header("x-amz-date");
  const auto parsed = ParseAmzDate(stamp);
  if (!parsed.ok() || !Signs(authorization, "host") || !Signs(authorization, "x-amz-date")) {
    return ApiError{400, "IncompleteSignature",
                    "The headers host and x-amz-date (YYYYMMDDTHHMMSSZ) must be there and signed."};
  }
  if (!stamp.starts_with(authorization.date)) {
    return Mismatch(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP");
  }
  signed_us = *parsed;
  if (signed_us < now_us - kClockSkewUsMax) {
    return Mismatch(fmt::format("Signature expired: {} is more than 5 min. before {}.", stamp,
                                TimeText(now_us)));
  }
  if (signed_us > now_us + kClockSkewUsMax) {
    return Mismatch(fmt::format("Signature not yet current: {} is more than 5 min. after {}.",
                                stamp, TimeText(now_us)));
  }
  return std::nullopt;
}

std::variant<Caller, ApiError> Authenticator::Check(const HttpRequest& request,
                                                    std::string_view action, int64_t now_us) {
  const std::string_view header = request.Header("authorization");
  if (header.empty()) {
    return ApiError{403, "MissingAuthenticationToken", "Request is missing Authentication Token."};
  }
  const auto authorization = ParseAuthorization(header);
  if (!authorization.ok()) {
    return ApiError{400, "IncompleteSignature", authorization.status().message()};
  }
  const auto key = find_(authorization->key_id);
  if (!key) {
    return ApiError{403, "InvalidClientTokenId",
                    "The security token included in the request is invalid."};
  }
  int64_t signed_us = 0;
  if (const auto error = CheckTimeAndScope(request, *authorization, now_us, signed_us)) {
    return *error;
  }
  if (!EqualInConstantTime(ExpectedSignature(request, *authorization, key->secret),
                           authorization->signature)) {
    return Mismatch(
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method.");
  }
  const bool reads = ReadsOnly(action);
  if (key->read_only && !reads) {
    return ApiError{
        403, "AccessDenied",
        fmt::format("Access key {} is read-only: it may not perform {}.", key->id, action)};
  }
  if (!guard_.Accept(authorization->signature, reads, now_us, signed_us + kClockSkewUsMax)) {
    return Mismatch("This signed request was received before; sign it anew.");
  }
  return Caller{key->id, authorization->service, key->read_only};
}

}  // namespace borealis::control
