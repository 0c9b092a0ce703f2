// Attempts: how often one address may fail to prove who it is. Each has kAttemptsMax failures; one
// comes back every kAttemptEveryUs. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace borealis::control {

inline constexpr int kAttemptsMax = 10;
inline constexpr int64_t kAttemptEveryUs = 6'000'000;
inline constexpr size_t kAttemptPeersMax = 4096;  // further ones share an account

class Attempts {
 public:
  bool Allowed(const std::string& peer, int64_t now_us);
  void Failed(const std::string& peer, int64_t now_us);

 private:
  // When it would have all its failures back; unknown peers have.
  int64_t& FullAt(const std::string& peer, int64_t now_us);
  std::map<std::string, int64_t> full_at_us_;
};

}  // namespace borealis::control
