#include "control/daemon.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "control/agents/log_files.h"
#include "control/http/server.h"
#include "control/keys.h"
#include "control/service.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr int64_t kLookBusyNs = 100'000'000;    // while something is under way
constexpr int64_t kLookCalmNs = 1'000'000'000;  // else: agents that died are started again

Result<UniqueFd> LockDirectory(const Places& places) {
  UniqueFd fd(open(places.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return snapshot::ErrnoStatus(errno, "open", places.lock());
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return Status(Code::kAlreadyExists,
                  fmt::format("another `borealis serve` runs in {}; stop it first", places.dir));
  }
  return fd;
}

Status MakeDirectories(const Places& places) {
  std::error_code error;
  std::filesystem::create_directories(places.dir, error);
  if (error) return {Code::kIo, fmt::format("cannot make {}: {}", places.dir, error.message())};
  // Accounts of servers pass through; what is inside protects itself.
  if (chmod(places.dir.c_str(), 0755) != 0) {
    return snapshot::ErrnoStatus(errno, "chmod", places.dir);
  }
  return snapshot::MakeDirectory(places.jobs());
}

Status ProvideFirstKey(const Places& places, Store& store, const Clock& clock) {
  ASSIGN_OR_RETURN(const auto keys, store.ListKeys());
  if (!keys.empty()) return Status::Ok();
  ASSIGN_OR_RETURN(const AccessKey key, MakeKey(store, "first", false, clock.WallUs()));
  RETURN_IF_ERROR(WriteCredentials(places.credentials(), key));
  fmt::print("access key {} made; it is in {}\n", key.id, places.credentials());
  return Status::Ok();
}

// The thread that looks, decides and acts.
class Reconciler {
 public:
  Reconciler(Service& service, Executor executor)
      : service_(service), executor_(std::move(executor)) {}
  void Start() {
    thread_ = std::thread([this] { Loop(); });
  }
  void Stop() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    wake_.NotifyAll();
    thread_.join();
  }
  // Looks at once.
  void Wake() {
    {
      MutexLock lock(mutex_);
      woken_ = true;
    }
    wake_.NotifyAll();
  }

 private:
  void Loop() {
    while (true) {
      const bool busy = Round();
      MutexLock lock(mutex_);
      if (!woken_ && !stopping_) wake_.WaitFor(mutex_, busy ? kLookBusyNs : kLookCalmNs);
      woken_ = false;
      if (stopping_) return;
    }
  }

  // Whether more is to be done soon.
  bool Round() {
    const Region before = service_.Snapshot();
    const Observed observed = executor_.Look(before);
    const auto decision = service_.Reconcile(observed);
    if (!decision.ok()) {
      LogError("{}", decision.status().message());
      return false;
    }
    executor_.Forget(before, decision->region);
    executor_.Settle(decision->region);
    for (const Step& step : decision->steps) executor_.Take(step);
    return InTransition(decision->region) || !decision->steps.empty();
  }

  Service& service_;
  Executor executor_;
  std::thread thread_;
  Mutex mutex_;
  CondVar wake_;
  bool woken_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace

Status RunDaemon(const DaemonOptions& options, const Clock& clock) {
  const Places places{options.dir};
  RETURN_IF_ERROR(MakeDirectories(places));
  ASSIGN_OR_RETURN(const UniqueFd lock, LockDirectory(places));
  ASSIGN_OR_RETURN(auto store, Store::Open(places.state()));
  RETURN_IF_ERROR(ProvideFirstKey(places, *store, clock));
  RETURN_IF_ERROR(ProvideMasterKey(places.master_key()));
  Settings settings = options.settings;
  settings.random_hex = RandomHex;
  ASSIGN_OR_RETURN(Region region, store->Load());
  AddDefaults(settings, region);
  RETURN_IF_ERROR(store->Save(region));

  std::atomic<Reconciler*> reconciler{nullptr};
  Service service(std::move(store), std::move(region), settings, std::make_unique<LogFiles>(places),
                  clock, [&] { reconciler.load()->Wake(); });
  Reconciler thread(service, Executor(places, options.programs, clock));
  reconciler = &thread;
  ASSIGN_OR_RETURN(
      const auto server,
      HttpServer::Listen(options.listen_address, options.listen_port,
                         [&](const HttpRequest& request) { return service.Handle(request); }));
  thread.Start();
  fmt::print("serving on http://{}:{}, region {}\n", options.listen_address, server->port(),
             settings.region);
  std::fflush(stdout);
  server->Run();
  LogInfo("stopping; the databases go on");
  thread.Stop();
  return Status::Ok();
}

}  // namespace borealis::control
