#include "control/daemon.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"
#include "control/agents/balancer.h"
#include "control/agents/hosts_file.h"
#include "control/agents/limiter.h"
#include "control/agents/log_files.h"
#include "control/api/signature.h"
#include "control/console/console.h"
#include "control/console/password_file.h"
#include "control/http/server.h"
#include "control/keys.h"
#include "control/model/names.h"
#include "control/service.h"
#include "snapshot/files.h"

namespace borealis::control {
namespace {

constexpr int64_t kLookBusyNs = 100'000'000;    // while something is under way
constexpr int64_t kLookCalmNs = 1'000'000'000;  // else: agents that died are started again

Result<UniqueFd> LockDirectory(const Places& places) {
  auto fd = snapshot::LockFile(places.lock(), snapshot::LockMode::kTry);
  if (fd.status().code() == Code::kAlreadyExists) {
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

// Whether this is the first start.
Result<bool> ProvideFirstKey(const Places& places, Store& store, const Clock& clock) {
  ASSIGN_OR_RETURN(const auto keys, store.ListKeys());
  if (!keys.empty()) return false;
  ASSIGN_OR_RETURN(const AccessKey key, MakeKey(store, "first", false, clock.WallUs()));
  RETURN_IF_ERROR(WriteCredentials(places.credentials(), key));
  fmt::print("access key {} made; it is in {}\n", key.id, places.credentials());
  return true;
}

// Somebody must be able to sign in the first time.
Status ProvideConsolePassword(const Places& places, bool first) {
  if (!first || snapshot::PathExists(places.console_password())) return Status::Ok();
  ASSIGN_OR_RETURN(const std::string password, MakeConsolePassword(places.console_password()));
  // Standard output may be a log.
  if (isatty(STDOUT_FILENO) != 0) {
    fmt::print("one-time password of the console: {}\n", password);
  } else {
    fmt::print("one-time password of the console made; it is in {}\n", places.console_password());
  }
  return Status::Ok();
}

std::optional<Assets> LoadConsole(const std::string& directory) {
  if (directory.empty()) return std::nullopt;
  auto assets = Assets::Load(directory);
  if (assets.ok()) return std::move(assets).value();
  fmt::print("no console: {}\n", assets.status().message());
  return std::nullopt;
}

// Databases without limits are better than none.
Limiter OpenLimiter(const std::string& directory) {
  constexpr char kUnlimited[] = "classes do not limit the CPU and memory of instances";
  if (directory.empty()) {
    LogInfo("{}: no --cgroup is given", kUnlimited);
    return {};
  }
  auto limiter = Limiter::Open(directory);
  if (limiter.ok()) return std::move(limiter).value();
  LogWarning("{}: {}", kUnlimited, limiter.status().message());
  return {};
}

// Names that nobody can resolve are worse than none: addresses do, then.
HostsFile OpenHosts(const DaemonOptions& options, const Region& region, Settings& settings) {
  if (options.hosts.empty()) return {};
  const std::string suffix = settings.region + "." + kNamesDomain;
  HostsFile hosts(options.hosts, options.dir, suffix, options.listen_address);
  const Status written = hosts.Settle(region);
  if (written.ok() && hosts.IsResolved()) {
    settings.names = suffix;
    return hosts;
  }
  LogWarning("endpoints have no names: {}",
             written.ok() ? "this machine resolves none of " + options.hosts : written.message());
  (void)hosts.Remove();
  return {};
}

// Other daemons on this machine have other cookies: browsers tell them apart by the host only.
std::string CookieName(const Places& places) {
  return "borealis-" + Sha256Hex(places.dir).substr(0, 8);
}

// The thread that looks, decides and acts.
class Reconciler {
 public:
  Reconciler(Service& service, Executor executor, Balancer balancer, HostsFile hosts)
      : service_(service),
        executor_(std::move(executor)),
        balancer_(std::move(balancer)),
        hosts_(std::move(hosts)) {}
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
    Observed observed = executor_.Look(before);
    observed.endpoints_there = balanced_ != Balancer::State::kLoading;
    const auto decision = service_.Reconcile(observed);
    if (!decision.ok()) {
      LogError("{}", decision.status().message());
      return false;
    }
    executor_.Forget(before, decision->region);
    executor_.Settle(decision->region);
    SettleNames(decision->region);
    balanced_ = balancer_.Settle(RenderBalancing(decision->region, observed, balancer_.places()));
    for (const Step& step : decision->steps) executor_.Take(step);
    return InTransition(decision->region) || !decision->steps.empty() ||
           balanced_ != Balancer::State::kSettled;
  }

  void SettleNames(const Region& region) {
    const Status settled = hosts_.Settle(region);
    if (settled.message() != names_failure_ && !settled.ok()) LogError("{}", settled.message());
    names_failure_ = settled.message();
  }

  Service& service_;
  Executor executor_;
  Balancer balancer_;
  HostsFile hosts_;
  std::string names_failure_;  // told already
  Balancer::State balanced_ = Balancer::State::kLoading;
  std::thread thread_;
  Mutex mutex_;
  CondVar wake_;
  bool woken_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace

Status RunDaemon(const DaemonOptions& options, const Clock& clock) {
  const Places places{options.dir};
  RETURN_IF_ERROR(CheckBalancer(options.programs.balancer));
  RETURN_IF_ERROR(MakeDirectories(places));
  ASSIGN_OR_RETURN(const UniqueFd lock, LockDirectory(places));
  ASSIGN_OR_RETURN(auto store, Store::Open(places.state()));
  ASSIGN_OR_RETURN(const bool first, ProvideFirstKey(places, *store, clock));
  RETURN_IF_ERROR(ProvideMasterKey(places.master_key()));
  RETURN_IF_ERROR(ProvideConsolePassword(places, first));
  // Sessions are the web server's thread's; the region is everybody's, under a lock.
  ASSIGN_OR_RETURN(const auto session_store, Store::Open(places.state()));
  Settings settings = options.settings;
  settings.random_hex = RandomHex;
  ASSIGN_OR_RETURN(Region region, store->Load());
  AddDefaults(settings, region);
  RETURN_IF_ERROR(store->Save(region));
  HostsFile hosts = OpenHosts(options, region, settings);
  Programs programs = options.programs;
  programs.names = settings.names;

  std::atomic<Reconciler*> reconciler{nullptr};
  Service service(std::move(store), std::move(region), settings, std::make_unique<LogFiles>(places),
                  clock, [&] { reconciler.load()->Wake(); });
  Reconciler thread(service, Executor(places, programs, OpenLimiter(options.cgroup), clock),
                    Balancer({places.balancer(), BalancerUser(), BalancerFiles()},
                             options.programs.balancer, clock),
                    std::move(hosts));
  reconciler = &thread;
  Sessions sessions(*session_store, CookieName(places), places.console_password());
  const Sampler sampler(places, clock, [&] { return service.Snapshot(); });
  Trials trials(places.trials(), options.trial_client, clock);
  LogWatch log_watch(places, clock);
  auto assets = LoadConsole(options.console);
  const bool has_console = assets.has_value();
  Console console(service, sessions, sampler, trials, log_watch, clock, places, settings.region,
                  std::move(assets));
  ASSIGN_OR_RETURN(const auto server,
                   HttpServer::Listen(options.listen_address, options.listen_port,
                                      [&](const HttpRequest& request) {
                                        return Console::Owns(request) ? console.Handle(request)
                                                                      : service.Handle(request);
                                      }));
  const std::string address = fmt::format("host = {}\nport = {}\nregion = {}\n",
                                          options.listen_address, server->port(), settings.region);
  RETURN_IF_ERROR(snapshot::WriteFileAtomically(places.address(), AsBytes(address),
                                                snapshot::Durability::kProcess));
  thread.Start();
  fmt::print("serving on http://{}:{}, region {}\n", options.listen_address, server->port(),
             settings.region);
  if (has_console) {
    fmt::print("console on http://{}:{}/\n", options.listen_address, server->port());
  }
  std::fflush(stdout);
  server->Run();
  LogInfo("stopping; the databases go on");
  thread.Stop();
  return Status::Ok();
}

}  // namespace borealis::control
