#include "cli/common.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "base/background.h"
#include "base/clock.h"
#include "node/account.h"
#include "node/upkeep_plan.h"
#include "node/volume.h"
#include "storage/local/local_backend.h"

namespace borealis::cli {
namespace {

constexpr int kLeastNiceness = 19;  // of what nobody waits for
constexpr unsigned kSqlTimeoutS = 30;

std::atomic<bool> g_cancel{false};

void OnSignal(int) { g_cancel = true; }

std::string OwnLibrary(const char* variable, const char* library) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
  if (const char* given = getenv(variable)) return node::AbsolutePath(given);
  const std::filesystem::path prefix =
      std::filesystem::path(OwnProgram()).parent_path().parent_path();
  for (const auto& directory : {prefix / "lib", prefix / "lib" / "borealis"}) {
    if (std::filesystem::exists(directory / library)) return (directory / library).string();
  }
  return {};
}

}  // namespace

int Report(const Status& status) {
  if (status.ok()) return kOk;
  fmt::print(stderr, "borealis: {}\n", status.message());
  return kFailed;
}

int Report(const Result<int>& code) { return code.ok() ? *code : Report(code.status()); }

int ReportBusy(const Status& why) {
  Report(why);
  return kBusy;
}

const std::atomic<bool>& CancelBySignal() {
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  return g_cancel;
}

const std::atomic<bool>& BeginLongWork() {
  BecomeBackground(kLeastNiceness);
  return CancelBySignal();
}

double SecondsSince(int64_t began_ns) {
  return static_cast<double>(SystemClock().MonotonicNs() - began_ns) / 1e9;
}

void PrintStep(const std::string& step, int64_t began_ns) {
  fmt::print("{:>6.1f} s  {}\n", SecondsSince(began_ns), step);
  std::fflush(stdout);
}

Status Places::Resolve() {
  ASSIGN_OR_RETURN(volume, node::ParseVolumeName(volume));
  data = data.empty() ? node::DefaultDataDirectory(volume) : node::AbsolutePath(data);
  return Status::Ok();
}

CLI::Option* AddVolumeOption(CLI::App& app, Places& places, bool positional) {
  return app
      .add_option(positional ? "--volume,volume" : "--volume", places.volume,
                  "Directory of the volume, or volume:///DIRECTORY")
      ->envname("BOREALIS_VOLUME")
      ->type_name("DIR")
      ->required();
}

void AddDataOption(CLI::App& app, Places& places) {
  app.add_option("--data", places.data,
                 "Directory for the nodes' files, DIR/NAME each [default: VOLUME.nodes]")
      ->type_name("DIR");
}

void AddUpkeepOption(CLI::App& app, std::string& upkeep) {
  app.add_option("--upkeep", upkeep,
                 "When snapshots are taken and the log is trimmed, a=1;b=2 of: " +
                     node::UpkeepPolicy().ToString() +
                     "; and export=DIR, where the volume is exported to every export_minutes");
}

Result<node::ServerClient> ConnectAsOwner(const std::string& socket) {
  ASSIGN_OR_RETURN(const node::Account self, node::OwnAccount());
  return node::ServerClient::Connect(socket, self.name, kSqlTimeoutS);
}

Status ActAsOwnerOf(const std::string& directory) {
  if (!storage::LocalBackend::IsVolume(directory)) {
    return node::LookAtVolume(directory).status();
  }
  ASSIGN_OR_RETURN(const node::Account owner, node::OwnerOf(directory));
  return node::BecomeAccount(owner);
}

Result<std::string> ReadPassword() {
  if (const char* given = getenv("BOREALIS_PASSWORD")) return std::string(given);  // NOLINT
  if (isatty(STDIN_FILENO) != 0) {
    fmt::print(stderr, "new password (it is shown; Ctrl-D ends): ");
  }
  std::string line;
  std::getline(std::cin, line);
  if (!line.empty()) return line;
  return Status(Code::kInvalidArgument,
                "no password: give it in $BOREALIS_PASSWORD or as a line of standard input");
}

std::string OwnProgram() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

std::string DefaultProvider() { return OwnLibrary("BOREALIS_PROVIDER", "libborealis_provider.so"); }

std::string DefaultPlugin() { return OwnLibrary("BOREALIS_PLUGIN", "libborealis_plugin.so"); }

std::string DefaultConsole() {
  const std::filesystem::path program(OwnProgram());
  return (program.parent_path().parent_path() / "share/borealis/console").string();
}

std::string DefaultTrialClient() {
  const std::filesystem::path program(OwnProgram());
  return (program.parent_path().parent_path() / "share/borealis/demo/insert_test.py").string();
}

std::string FormatTime(int64_t time_us) {
  if (time_us <= 0) return "-";
  const std::time_t seconds = static_cast<std::time_t>(time_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace borealis::cli
