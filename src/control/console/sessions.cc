#include "control/console/sessions.h"

#include <fmt/core.h>

#include "base/log.h"
#include "control/api/base64.h"
#include "control/api/cookies.h"
#include "control/api/signature.h"
#include "control/console/password_file.h"
#include "control/keys.h"

namespace borealis::control {

std::optional<Session> Sessions::Open(const std::string& password, const std::string& key_id,
                                      const std::string& secret, int64_t now_us) {
  if (!key_id.empty()) {
    const auto key = store_.FindKey(key_id);
    if (!key || !EqualInConstantTime(key->secret, secret)) return std::nullopt;
    return Session{"", key->id, key->read_only, now_us};
  }
  if (!TakeConsolePassword(password_path_, password, now_us)) return std::nullopt;
  return Session{"", "", false, now_us};
}

std::variant<std::string, Sessions::Refusal> Sessions::SignIn(const std::string& password,
                                                              const std::string& key_id,
                                                              const std::string& secret,
                                                              const std::string& peer,
                                                              int64_t now_us) {
  if (!attempts_.Allowed(peer, now_us)) return Refusal::kTooMany;
  auto session = Open(password, key_id, secret, now_us);
  const std::string token = RandomHex(kCookieTokenDigits);
  if (session) {
    session->token_hash = Sha256Hex(token);
    (void)store_.RemoveSessionsUntil(now_us - kSessionUsMax);
    if (const Status added = store_.AddSession(*session); added.ok()) {
      LogEvent(LogLevel::kInfo, "console: sign-in",
               {{"peer", peer},
                {"key", session->key_id.empty() ? "one-time password" : session->key_id}});
      return token;
    } else {
      LogError("console: {}", added.message());
    }
  }
  attempts_.Failed(peer, now_us);
  LogEvent(LogLevel::kWarning, "console: sign-in refused", {{"peer", peer}});
  return Refusal::kWrong;
}

bool Sessions::HasKey(const HttpRequest& request, int64_t now_us) {
  constexpr std::string_view kScheme = "Basic ";
  const std::string_view header = request.Header("authorization");
  if (!header.starts_with(kScheme) || !attempts_.Allowed(request.peer, now_us)) return false;
  const auto text = DecodeBase64(header.substr(kScheme.size()));
  const size_t colon = text ? text->find(':') : std::string::npos;
  if (colon != std::string::npos) {
    const auto key = store_.FindKey(text->substr(0, colon));
    if (key && EqualInConstantTime(key->secret, text->substr(colon + 1))) return true;
  }
  attempts_.Failed(request.peer, now_us);
  return false;
}

std::optional<Session> Sessions::FindLiving(const std::string& token_hash, int64_t now_us) {
  auto kept = store_.FindSession(token_hash);
  const bool lives = kept && now_us < kept->created_us + kSessionUsMax &&
                     (kept->key_id.empty() || store_.FindKey(kept->key_id));
  return lives ? std::move(kept) : std::nullopt;
}

bool Sessions::Lives(const Session& session, int64_t now_us) {
  return FindLiving(session.token_hash, now_us).has_value();
}

std::optional<Session> Sessions::Find(const HttpRequest& request, int64_t now_us) {
  const std::string_view token = CookieValue(request.Header("cookie"), cookie_);
  if (token.size() != kCookieTokenDigits) return std::nullopt;
  return FindLiving(Sha256Hex(token), now_us);
}

Status Sessions::SignOut(const Session& session) {
  return store_.RemoveSession(session.token_hash);
}

Result<AccessKey> Sessions::MakeKey(const std::string& name, bool read_only, int64_t now_us) {
  return control::MakeKey(store_, name, read_only, now_us);
}

std::string Sessions::CookieOf(const std::string& token) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", cookie_, token,
                     token.empty() ? 0 : kSessionUsMax / 1'000'000);
}

std::string Sessions::ChangeToken(const Session& session) {
  return Sha256Hex("changes of " + session.token_hash);
}

}  // namespace borealis::control
