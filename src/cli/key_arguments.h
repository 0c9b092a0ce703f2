// --key-file and --key-command: where the master key of an encrypted volume is had from. Every
// command that may need it has them; they go into the environment (encryption/key_source.h), where
// this process and whatever it starts find them. They stand in for what the environment said.
#pragma once

#include <CLI/CLI.hpp>

#include "encryption/key_source.h"

namespace borealis::cli {

// To every command below `app` that takes none of its own. Call when all commands were added.
void AddKeyOptions(CLI::App& app);

// The same under other names, for a second key: --new-key-file, --new-key-command.
void AddNewKeyOptions(CLI::App& command, encryption::KeySource& source);

}  // namespace borealis::cli
