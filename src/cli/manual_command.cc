// borealis manual: writes the manual's pages.
#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "cli/common.h"
#include "cli/manual.h"
#include "snapshot/files.h"

namespace borealis::cli {
namespace {

Status WriteManual(const CLI::App& app, const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return {Code::kIo, fmt::format("cannot make {}: {}", directory, error.message())};
  for (const auto& [name, text] : ManualPages(app, BOREALIS_VERSION)) {
    const std::string path = fmt::format("{}/{}", directory, name);
    RETURN_IF_ERROR(
        snapshot::WriteFileAtomically(path, AsBytes(text), snapshot::Durability::kProcess));
    std::filesystem::permissions(path, std::filesystem::perms(0644), error);
    if (error) return {Code::kIo, fmt::format("chmod {}: {}", path, error.message())};
  }
  return Status::Ok();
}

}  // namespace

void AddManualCommand(CLI::App& app, Outcome& outcome) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("manual", "Write the manual's pages, for man(1), into a directory");
  command->add_option("--directory,directory", *directory, "Such as ~/.local/share/man/man1")
      ->type_name("DIR")
      ->required();
  command->callback([directory, &app, &outcome] {
    outcome.exit_code = Report(WriteManual(app, node::AbsolutePath(*directory)));
  });
}

}  // namespace borealis::cli
