// Sessions: who may use the console. Somebody signs in with the one-time password or an access key
// and gets a token; the browser keeps it in a cookie, the store keeps its hash. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "control/api/attempts.h"
#include "control/api/http_message.h"
#include "control/store/store.h"

namespace borealis::control {

inline constexpr int64_t kSessionUsMax = 12LL * 3600 * 1'000'000;
inline constexpr size_t kCookieTokenDigits = 64;
inline constexpr int kSignInFailuresMax = 10;
inline constexpr int64_t kSignInFailureEveryUs = 6'000'000;

class Sessions {
 public:
  // `cookie`: its name, which other daemons on the machine do not use: cookies know no ports.
  // Borrows the store.
  Sessions(Store& store, std::string cookie, std::string password_path)
      : store_(store), cookie_(std::move(cookie)), password_path_(std::move(password_path)) {}

  enum class Refusal { kWrong, kTooMany };
  // By the fields of the form of the sign-in page. The token that the browser shall keep.
  std::variant<std::string, Refusal> SignIn(const std::string& password, const std::string& key_id,
                                            const std::string& secret, const std::string& peer,
                                            int64_t now_us);
  // Of the request's cookie, unless it is too old or its access key is gone.
  std::optional<Session> Find(const HttpRequest& request, int64_t now_us);
  // Whether the request has an access key as user and password (RFC 7617), as programs that only
  // look have it: Prometheus. A wrong one counts as a failed attempt.
  bool HasKey(const HttpRequest& request, int64_t now_us);
  bool Lives(const Session& session, int64_t now_us);
  Status SignOut(const Session& session);

  // The access keys, as commands have them (keys.h).
  Result<std::vector<AccessKey>> ListKeys() { return store_.ListKeys(); }
  Result<AccessKey> MakeKey(const std::string& name, bool read_only, int64_t now_us);
  Status RemoveKey(const std::string& id) { return store_.RemoveKey(id); }

  // "Set-Cookie" of a new token; of none, if it is empty.
  std::string CookieOf(const std::string& token) const;
  // What a request of this session that changes something must carry besides the cookie.
  static std::string ChangeToken(const Session& session);

 private:
  std::optional<Session> Open(const std::string& password, const std::string& key_id,
                              const std::string& secret, int64_t now_us);
  std::optional<Session> FindLiving(const std::string& token_hash, int64_t now_us);

  Store& store_;
  const std::string cookie_;
  const std::string password_path_;
  Attempts attempts_{kSignInFailuresMax, kSignInFailureEveryUs};
};

}  // namespace borealis::control
