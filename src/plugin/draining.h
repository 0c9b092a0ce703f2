// Draining: how clients leave a server that is about to be stopped on purpose. New connections are
// refused; a connection is closed behind the answer with which one of its transactions ended, so
// that none is interrupted and none is open when the server stops. Pure.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace borealis::plugin {

enum class DrainPhase : int {
  kNone = 0,
  kTransactions = 1,  // behind COMMIT and ROLLBACK
  // Time is short: behind every statement outside of a transaction. A client that had more of them
  // to do on this connection has an error.
  kStatements = 2,
};
inline constexpr int kDrainPhaseMax = 2;

// Who drains says so again and again; one that died must not keep clients out.
inline constexpr int64_t kDrainHoldMs = 5'000;

// Whether a connection may be closed behind the answer of `sql`, which left no transaction open.
// `command`: the server's word for what the client sent. Not behind what pools send to see whether
// a connection is good (a ping, SELECT 1): the client would go on with it.
bool ClosesBehind(DrainPhase phase, std::string_view command, std::string_view sql);

// Thread-safe.
class Draining {
 public:
  void Set(DrainPhase phase, int64_t now_ms) {
    until_ms_.store(now_ms + kDrainHoldMs);
    phase_.store(phase);
  }
  // True once when it was begun, and nobody has said so for kDrainHoldMs.
  bool Expires(int64_t now_ms) {
    if (phase_.load() == DrainPhase::kNone || now_ms < until_ms_.load()) return false;
    return phase_.exchange(DrainPhase::kNone) != DrainPhase::kNone;
  }
  DrainPhase phase() const { return phase_.load(std::memory_order_relaxed); }

 private:
  std::atomic<DrainPhase> phase_{DrainPhase::kNone};
  std::atomic<int64_t> until_ms_{0};
};

}  // namespace borealis::plugin
