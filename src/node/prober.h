// Prober: asks the node's server how it is, on a thread of its own, so that a server that hangs
// delays nobody. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "node/server_client.h"

namespace borealis::node {

inline constexpr int kProbeUnreadyMs = 50;  // pause while the server is not ready
inline constexpr int kProbeReadyMs = 1000;  // and while it is
inline constexpr unsigned kProbeTimeoutS = 2;

// How the server is asked; used by one thread. Tests have their own.
class HealthSource {
 public:
  virtual ~HealthSource() = default;
  // nullopt: no answer within a bounded time.
  virtual std::optional<ServerHealth> Ask() = 0;
};

// Asks over the server's socket, keeping the connection. A log file larger than kServerLogBytesMax
// is rotated on the way.
std::unique_ptr<HealthSource> AskOverSocket(const std::string& socket, const std::string& user,
                                            const std::string& log_path);

class Prober {
 public:
  // Called on the prober's thread.
  using Report = std::function<void(const std::optional<ServerHealth>&)>;

  Prober(std::unique_ptr<HealthSource> source, Report report);
  ~Prober();
  // Starts asking, at once. No-op while it asks.
  void Start();
  // No report is begun after it returns. Waits for one in progress, at most the probe timeout.
  void Stop();

 private:
  void Loop();

  const std::unique_ptr<HealthSource> source_;  // of the thread
  const Report report_;
  Mutex mutex_;
  CondVar wake_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace borealis::node
