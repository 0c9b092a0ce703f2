// Who sends a request, and may they: SigV4 over an injected look-up of keys. Refusals are AWS's.
// Pure but for the state of the guard; not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "control/api/error.h"
#include "control/api/http_message.h"
#include "control/api/replay_guard.h"
#include "control/api/signature.h"

namespace borealis::control {

struct AccessKey {
  std::string id;
  std::string secret;
  std::string name;  // for people
  bool read_only = false;
  int64_t created_us = 0;
};

struct Caller {
  std::string key_id;
  std::string service;  // "rds", "ec2"
  bool read_only = false;
};

// A request signed with a clock that differs by more is refused.
inline constexpr int64_t kClockSkewUsMax = 300'000'000;

// Whether the action changes nothing, by its name: AWS's are Describe..., List..., Download....
bool ReadsOnly(std::string_view action);

class Authenticator {
 public:
  using FindKey = std::function<std::optional<AccessKey>(const std::string& id)>;
  Authenticator(std::string region, FindKey find)
      : region_(std::move(region)), find_(std::move(find)) {}

  // `action`: what the body asks for. 403 MissingAuthenticationToken, InvalidClientTokenId,
  // SignatureDoesNotMatch, AccessDenied; 400 IncompleteSignature.
  std::variant<Caller, ApiError> Check(const HttpRequest& request, std::string_view action,
                                       int64_t now_us);

 private:
  std::optional<ApiError> CheckTimeAndScope(const HttpRequest& request,
                                            const Authorization& authorization, int64_t now_us,
                                            int64_t& signed_us) const;

  const std::string region_;
  const FindKey find_;
  ReplayGuard guard_;
};

}  // namespace borealis::control
