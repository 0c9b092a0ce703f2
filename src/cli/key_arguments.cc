#include "cli/key_arguments.h"

#include <cstdlib>

#include "node/layout.h"

namespace borealis::cli {
namespace {

constexpr char kGroup[] = "Key of an encrypted volume";

// NOLINTBEGIN(concurrency-mt-unsafe): options are read before any thread is started
void Name(const char* variable, const std::string& value, const char* other) {
  setenv(variable, value.c_str(), 1);
  unsetenv(other);
}
// NOLINTEND(concurrency-mt-unsafe)

void AddTo(CLI::App& command) {
  CLI::Option* file = command.add_option_function<std::string>(
      "--key-file",
      [](const std::string& value) {
        Name(encryption::kKeyFileVariable, node::AbsolutePath(value),
             encryption::kKeyCommandVariable);
      },
      "File with the master key [default: $BOREALIS_KEY_FILE]");
  CLI::Option* run = command.add_option_function<std::string>(
      "--key-command",
      [](const std::string& value) {
        Name(encryption::kKeyCommandVariable, value, encryption::kKeyFileVariable);
      },
      "Shell command that prints the master key [default: $BOREALIS_KEY_COMMAND]");
  file->type_name("FILE")->group(kGroup)->excludes(run);
  run->type_name("COMMAND")->group(kGroup);
}

}  // namespace

void AddKeyOptions(CLI::App& app) {
  const auto children = app.get_subcommands([](CLI::App*) { return true; });
  if (children.empty()) AddTo(app);
  for (CLI::App* child : children) AddKeyOptions(*child);
}

void AddNewKeyOptions(CLI::App& command, encryption::KeySource& source) {
  CLI::Option* file = command.add_option_function<std::string>(
      "--new-key-file",
      [&source](const std::string& value) { source.file = node::AbsolutePath(value); },
      "File with the master key to be added");
  CLI::Option* run =
      command.add_option("--new-key-command", source.command, "Shell command that prints it");
  file->type_name("FILE")->excludes(run);
  run->type_name("COMMAND");
}

}  // namespace borealis::cli
