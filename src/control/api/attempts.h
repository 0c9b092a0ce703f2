// Attempts: how often one address may fail to prove who it is. Each has `failures` of them; one
// comes back every `every_us`. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace borealis::control {

inline constexpr size_t kAttemptPeersMax = 4096;  // further ones share an account

class Attempts {
 public:
  Attempts(int failures, int64_t every_us) : failures_(failures), every_us_(every_us) {}
  bool Allowed(const std::string& peer, int64_t now_us);
  void Failed(const std::string& peer, int64_t now_us);

 private:
  // When it would have all its failures back; unknown peers have.
  int64_t& FullAt(const std::string& peer, int64_t now_us);

  const int failures_;
  const int64_t every_us_;
  std::map<std::string, int64_t> full_at_us_;
};

}  // namespace borealis::control
