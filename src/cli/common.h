// What all subcommands share: exit codes, the outcome of a run, options that occur in several.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>

#include "base/status.h"
#include "node/layout.h"
#include "node/server_client.h"
#include "node/server_command.h"

namespace borealis::cli {

// docs/operations.md lists them.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,      // one line on standard error says what and what to do
  kUsage = 2,       // wrong arguments
  kDifferent = 1,   // `verify-data`: the nodes' data differ
  kNotRunning = 3,  // `node stop`: nothing ran; `status --check`: not every node is ready
  kUndecided = 4,   // `verify-data`: no verdict
  kBusy = 5,        // `snapshot take`, `restore`, ...: another is under way
};

// What the chosen subcommand returned; set by its callback.
struct Outcome {
  int exit_code = kOk;
};

// Prints "borealis: message" for a failure and gives its exit code.
int Report(const Status& status);
// The same for a command that gives an exit code of its own.
int Report(const Result<int>& code);
// kBusy, with the reason.
int ReportBusy(const Status& why);

inline constexpr size_t kFragmentBytesMax = 1 << 20;  // of a --config file

// --volume and --data. Call Resolve before use.
struct Places {
  std::string volume;
  std::string data;
  // Absolute paths; the data directory defaults to "<volume>.nodes".
  Status Resolve();
};
CLI::Option* AddVolumeOption(CLI::App& app, Places& places, bool positional);
void AddDataOption(CLI::App& app, Places& places);

// What agents do for the volume, "a=1;b=2"; node::UpkeepPolicy.
void AddUpkeepOption(CLI::App& app, std::string& upkeep);

// To a node's server, as the account of this process.
Result<node::ServerClient> ConnectAsOwner(const std::string& socket);

// A root process becomes the owner of the volume before it touches it. kNotFound: no volume there.
Status ActAsOwnerOf(const std::string& directory);

// Long work that nobody's clients shall pay for: at the lowest priority, which servers started by
// it inherit. SIGTERM and SIGINT set what is returned, and end nothing by themselves.
const std::atomic<bool>& BeginLongWork();
// The signals alone.
const std::atomic<bool>& CancelBySignal();
// "   1.2 s  step"
void PrintStep(const std::string& step, int64_t began_ns);
double SecondsSince(int64_t began_ns);

// Of $BOREALIS_PASSWORD or a line of standard input: never an argument, which everybody on the
// machine sees.
Result<std::string> ReadPassword();

// Absolute path of the running program, and of the libraries that belong to it (empty when there is
// none): next to a build tree's bin/, under a prefix, or $BOREALIS_PROVIDER.
std::string OwnProgram();
std::string DefaultProvider();
std::string DefaultPlugin();  // $BOREALIS_PLUGIN
// Where the built console is: share/borealis/console beside the program's directory.
std::string DefaultConsole();
std::string DefaultTrialClient();  // share/borealis/demo/insert_test.py there

// "2026-11-23T22:29:03Z" of microseconds since 1970; "-" for 0.
std::string FormatTime(int64_t time_us);
// "1.5 MiB"
std::string FormatBytes(uint64_t bytes);

void AddAccountCommands(CLI::App& app, Outcome& outcome);
void AddVolumeCommands(CLI::App& app, Outcome& outcome);
void AddNodeCommands(CLI::App& app, Outcome& outcome);
void AddClusterCommands(CLI::App& app, Outcome& outcome);
void AddSnapshotCommands(CLI::App& app, Outcome& outcome);
void AddRestoreCommand(CLI::App& app, Outcome& outcome);
void AddKeyCommands(CLI::App& app, Outcome& outcome);
void AddExportCommands(CLI::App& app, Outcome& outcome);
void AddFollowCommand(CLI::App& app, Outcome& outcome);
void AddStatusCommand(CLI::App& app, Outcome& outcome);
void AddTlsCommands(CLI::App& app, Outcome& outcome);
void AddServeCommands(CLI::App& app, Outcome& outcome);
void AddManagedClusterCommands(CLI::App& app, Outcome& outcome);
void AddManagedInstanceCommands(CLI::App& app, Outcome& outcome);
void AddManagedSnapshotCommands(CLI::App& app, Outcome& outcome);  // after AddSnapshotCommands
void AddCompletionCommand(CLI::App& app, Outcome& outcome);
void AddManualCommand(CLI::App& app, Outcome& outcome);
void AddVerifyDataCommand(CLI::App& app, Outcome& outcome);

}  // namespace borealis::cli
