// borealis: the command. One subcommand per run; exit codes in cli/common.h.
#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "base/log.h"
#include "cli/common.h"
#include "cli/key_arguments.h"

namespace borealis::cli {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done, 1 failed (one line says why), 2 wrong arguments,\n"
    "3 nothing was running, or not every node is ready (status --check),\n"
    "4 no verdict (verify-data, where 1 means that the data differ),\n"
    "5 another does it now (snapshot take, volume tend, volume export and import, restore).";

int Main(int argc, char** argv) {
  SetLogSink([](LogLevel level, const std::string& text) {
    fmt::print(stderr, "borealis: {}{}\n", level == LogLevel::kError ? "error: " : "", text);
  });
  CLI::App app("Multi-writer MySQL on one shared volume", "borealis");
  app.set_version_flag("--version", "borealis " BOREALIS_VERSION);
  app.require_subcommand(1);
  app.fallthrough(false);
  app.footer(kFooter);
  app.option_defaults()->always_capture_default();
  Outcome outcome;
  AddAccountCommands(app, outcome);
  AddVolumeCommands(app, outcome);
  AddNodeCommands(app, outcome);
  AddClusterCommands(app, outcome);
  AddSnapshotCommands(app, outcome);
  AddRestoreCommand(app, outcome);
  AddExportCommands(app, outcome);
  AddFollowCommand(app, outcome);
  AddStatusCommand(app, outcome);
  AddTlsCommands(app, outcome);
  AddVerifyDataCommand(app, outcome);
  AddKeyCommands(app, outcome);
  AddServeCommands(app, outcome);
  AddKeyOptions(app);
  AddManagedClusterCommands(app, outcome);
  AddManagedInstanceCommands(app, outcome);
  AddManagedSnapshotCommands(app, outcome);
  AddCompletionCommand(app, outcome);
  AddManualCommand(app, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kOk : kUsage;
  }
  return outcome.exit_code;
}

}  // namespace
}  // namespace borealis::cli

int main(int argc, char** argv) {
  try {
    return borealis::cli::Main(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "borealis: %s\n", e.what());
    return borealis::cli::kFailed;
  }
}
