#include "node/prober.h"

#include <mysql.h>

namespace borealis::node {

Prober::Prober(std::string socket, std::string user, Report report, Chore chore)
    : socket_(std::move(socket)),
      user_(std::move(user)),
      report_(std::move(report)),
      chore_(std::move(chore)) {}

Prober::~Prober() { Stop(); }

void Prober::Start() {
  if (thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stop_ = false;
  }
  thread_ = std::thread([this] { Loop(); });
}

void Prober::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    stop_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

std::optional<ServerHealth> Prober::Ask(std::optional<ServerClient>& client) {
  if (!client) {
    auto connected = ServerClient::Connect(socket_, user_, kProbeTimeoutS);
    if (!connected.ok()) return std::nullopt;
    client.emplace(std::move(connected).value());
  }
  auto health = client->Health();
  if (!health.ok()) {
    client.reset();
    return std::nullopt;
  }
  chore_(*client);
  return std::move(health).value();
}

void Prober::Loop() {
  mysql_thread_init();
  std::optional<ServerClient> client;
  while (true) {
    const std::optional<ServerHealth> health = Ask(client);
    {
      MutexLock lock(mutex_);
      if (stop_) break;
    }
    report_(health);
    const int pause_ms = health && health->ready ? kProbeReadyMs : kProbeUnreadyMs;
    MutexLock lock(mutex_);
    if (!stop_) wake_.WaitFor(mutex_, pause_ms * 1'000'000LL);
    if (stop_) break;
  }
  client.reset();
  mysql_thread_end();
}

}  // namespace borealis::node
