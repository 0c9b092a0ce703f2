#include "node/prober.h"

#include <mysql.h>

#include <cstdio>

#include "node/commit_tokens.h"
#include "node/server_process.h"

namespace borealis::node {
namespace {

class SocketSource : public HealthSource {
 public:
  SocketSource(std::string socket, std::string user, std::string log_path)
      : socket_(std::move(socket)), user_(std::move(user)), log_path_(std::move(log_path)) {}

  std::optional<ServerHealth> Ask() override {
    if (!client_) {
      auto connected = ServerClient::Connect(socket_, user_, kProbeTimeoutS);
      if (!connected.ok()) return std::nullopt;
      client_.emplace(std::move(connected).value());
      ready_answers_ = 0;
    }
    auto health = client_->Health();
    if (!health.ok()) {
      client_.reset();
      return std::nullopt;
    }
    RotateLog();
    if (health->ready) AskSeldom(*health);
    return std::move(health).value();
  }

 private:
  void AskSeldom(ServerHealth& health) {
    if (ready_answers_ % kSettingsEveryAnswers == 0) {
      if (auto settings = client_->Settings(); settings.ok()) {
        health.settings = std::move(settings).value();
      }
    }
    if (ready_answers_ % kForgetEveryAnswers == 0) (void)client_->Query(ForgetCommitTokens());
    ++ready_answers_;
  }

  // The server goes on writing to the renamed file until it is told.
  void RotateLog() {
    if (FileBytes(log_path_) <= kServerLogBytesMax) return;
    if (rename(log_path_.c_str(), (log_path_ + ".1").c_str()) != 0) return;
    (void)client_->Query("FLUSH LOCAL ERROR LOGS");
  }

  // The first of a server, then every few seconds, each hour.
  static constexpr int64_t kSettingsEveryAnswers = 5;
  static constexpr int64_t kForgetEveryAnswers = 3600;

  const std::string socket_;
  const std::string user_;
  const std::string log_path_;
  int64_t ready_answers_ = 0;
  std::optional<ServerClient> client_;
};

}  // namespace

std::unique_ptr<HealthSource> AskOverSocket(const std::string& socket, const std::string& user,
                                            const std::string& log_path) {
  return std::make_unique<SocketSource>(socket, user, log_path);
}

Prober::Prober(std::unique_ptr<HealthSource> source, Report report)
    : source_(std::move(source)), report_(std::move(report)) {}

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

void Prober::Loop() {
  mysql_thread_init();
  while (true) {
    const std::optional<ServerHealth> health = source_->Ask();
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
  mysql_thread_end();
}

}  // namespace borealis::node
