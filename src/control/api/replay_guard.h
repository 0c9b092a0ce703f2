// ReplayGuard: signatures that were accepted, for as long as their time stamp is. A request that
// changes something is accepted once. One that only reads may come twice at the moment of the
// first: SigV4 stamps whole seconds, so a client that asks twice in one second signs both the same
// way. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace borealis::control {

class ReplayGuard {
 public:
  static constexpr size_t kSignaturesMax = 100'000;
  static constexpr int64_t kTwinUs = 2'000'000;

  // Whether the request is no replay; it is remembered until `until_us`. When the guard is full,
  // which takes 100,000 good signatures within the window, changes are refused and reads accepted.
  bool Accept(const std::string& signature, bool reads_only, int64_t now_us, int64_t until_us);

 private:
  void Forget(int64_t now_us);

  std::map<std::string, int64_t, std::less<>> first_seen_us_;
  std::set<std::pair<int64_t, std::string>> by_end_;
};

}  // namespace borealis::control
