// Prober: asks the node's server how it is, on a thread of its own, so that a server that hangs
// delays nobody. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "node/server_client.h"

namespace borealis::node {

inline constexpr int kProbeUnreadyMs = 50;  // pause while the server is not ready
inline constexpr int kProbeReadyMs = 1000;  // and while it is
inline constexpr unsigned kProbeTimeoutS = 2;

class Prober {
 public:
  // nullopt: no answer. Called on the prober's thread.
  using Report = std::function<void(const std::optional<ServerHealth>&)>;
  // What else to ask of a server that answered; same thread.
  using Chore = std::function<void(ServerClient&)>;

  Prober(std::string socket, std::string user, Report report, Chore chore);
  ~Prober();
  // Starts asking, at once. No-op while it asks.
  void Start();
  // No report is begun after it returns. Waits for one in progress, at most the probe timeout.
  void Stop();

 private:
  void Loop();
  std::optional<ServerHealth> Ask(std::optional<ServerClient>& client);

  const std::string socket_;
  const std::string user_;
  const Report report_;
  const Chore chore_;
  Mutex mutex_;
  CondVar wake_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace borealis::node
