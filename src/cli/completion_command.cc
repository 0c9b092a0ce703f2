// borealis completion: a script for bash that completes commands and options.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/common.h"

namespace borealis::cli {
namespace {

// One line of a case for each command: what may follow it.
void AddCases(const CLI::App& command, const std::string& path, std::string& cases) {
  std::string words;
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (child->get_name().empty()) continue;
    words += child->get_name() + " ";
    AddCases(*child, path + " " + child->get_name(), cases);
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  cases += fmt::format("    '{}') words='{}' ;;\n", path, words);
}

// Commands are the words that are no options; what is no command of ours is an argument.
std::string Script(const CLI::App& app) {
  std::string cases;
  AddCases(app, app.get_name(), cases);
  return fmt::format(R"(# bash completion for borealis: source <(borealis completion)
_borealis() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path=borealis word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    if [[ $word != -* ]] && _borealis_words "$path" && [[ " $words " == *" $word "* ]]; then
      path+=" $word"
    fi
  done
  _borealis_words "$path"
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
_borealis_words() {{
  case $1 in
{}    *) words='' ;;
  esac
}}
complete -o default -F _borealis borealis
)",
                     cases);
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Outcome&) {
  app.add_subcommand("completion", "Print a script for bash that completes commands and options")
      ->callback([&app] { fmt::print("{}", Script(app)); });
}

}  // namespace borealis::cli
