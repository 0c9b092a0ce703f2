#include "cli/manual.h"

#include <fmt/core.h>

#include <vector>

namespace borealis::cli {
namespace {

// Text for groff: its signs are ours, and no line of it is a request.
std::string Plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Bold(const std::string& text) { return "\\fB" + Plain(text) + "\\fR"; }
std::string Italic(const std::string& text) { return "\\fI" + Plain(text) + "\\fR"; }

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::vector<const CLI::Option*> OptionsOf(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

std::string NameOf(const CLI::Option& option) { return option.get_name(true, false); }

// Whether it can be given without the name of an option.
bool IsArgument(const CLI::Option& option) { return option.get_positional(); }

std::string ValueOf(const CLI::Option& option) {
  return option.get_items_expected_max() == 0 ? std::string() : option.get_type_name();
}

std::string Synopsis(const CLI::App& command, const std::string& path) {
  std::string line = Bold(path);
  if (!OptionsOf(command).empty()) line += " [" + Italic("OPTIONS") + "]";
  for (const CLI::Option* option : OptionsOf(command)) {
    if (!IsArgument(*option)) continue;
    const std::string name = Italic(NameOf(*option));
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  if (!CommandsOf(command).empty()) line += " " + Italic("COMMAND") + " ...";
  return line + "\n";
}

std::string Option(const CLI::Option& option) {
  std::string names;
  const auto add = [&](const std::string& name) {
    if (!names.empty()) names += ", ";
    names += Bold(name);
  };
  for (const std::string& name : option.get_snames()) add("-" + name);
  for (const std::string& name : option.get_lnames()) add("--" + name);
  std::string text = ".TP\n";
  if (IsArgument(option)) {
    text += Italic(NameOf(option)) + (names.empty() ? "" : ", ");
  }
  text += names;
  if (const std::string value = ValueOf(option); !value.empty()) text += " " + Italic(value);
  text += "\n" + Plain(option.get_description());
  if (!option.get_default_str().empty()) {
    text += Plain(fmt::format(" [default: {}]", option.get_default_str()));
  }
  if (!option.get_envname().empty()) text += " (" + Bold("$" + option.get_envname()) + ")";
  if (option.get_required()) text += " (required)";
  return text + "\n";
}

std::string Options(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : OptionsOf(command)) text += Option(*option);
  return text;
}

// A sentence, and what --help says below the options.
std::string Description(const CLI::App& command) {
  std::string text = Plain(command.get_description()) + ".\n";
  if (!command.get_footer().empty()) {
    text += ".PP\n.nf\n" + Plain(command.get_footer()) + "\n.fi\n";
  }
  return text;
}

std::string Head(const std::string& page, const std::string& what, const std::string& version) {
  return fmt::format(".TH \"{}\" 1 \"\" \"borealis {}\" \"Borealis\"\n.SH NAME\n{} \\- {}\n",
                     Plain(page), Plain(version), Plain(page), Plain(what));
}

// The synopses of a command and all below it.
std::string Synopses(const CLI::App& command, const std::string& path) {
  if (CommandsOf(command).empty()) return Synopsis(command, path) + ".br\n";
  std::string text;
  for (const CLI::App* child : CommandsOf(command)) {
    text += Synopses(*child, path + " " + child->get_name());
  }
  return text;
}

std::string Sections(const CLI::App& command, const std::string& path) {
  std::string text;
  for (const CLI::App* child : CommandsOf(command)) {
    const std::string name = path + " " + child->get_name();
    text += fmt::format(".SS \"{}\"\n{}", Plain(name), Description(*child));
    text += Options(*child) + Sections(*child, name);
  }
  return text;
}

std::string CommandPage(const CLI::App& command, const std::string& version) {
  const std::string path = "borealis " + command.get_name();
  std::string text = Head("borealis-" + command.get_name(), command.get_description(), version);
  text += ".SH SYNOPSIS\n" + Synopses(command, path);
  text += ".SH DESCRIPTION\n" + Description(command);
  text += ".SH OPTIONS\n" + Options(command);
  if (!CommandsOf(command).empty()) text += ".SH COMMANDS\n" + Sections(command, path);
  return text + ".SH SEE ALSO\n.BR borealis (1)\n";
}

std::string MainPage(const CLI::App& app, const std::string& version) {
  std::string text = Head("borealis", app.get_description(), version);
  text += ".SH SYNOPSIS\n" + Synopsis(app, "borealis");
  text += ".SH DESCRIPTION\n" + Plain(app.get_description()) + ".\n";
  text += ".SH OPTIONS\n" + Options(app) + ".SH COMMANDS\n";
  std::string others;
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string page = "borealis\\-" + Plain(command->get_name());
    text += fmt::format(".TP\n.BR {} (1)\n{}\n", page, Plain(command->get_description()));
    others += fmt::format("{}.BR {} (1)", others.empty() ? "" : ",\n", page);
  }
  text += ".SH EXIT STATUS\n.nf\n" + Plain(app.get_footer()) + "\n.fi\n";
  return text + ".SH SEE ALSO\n" + others + ",\n.BR mariadbd (8)\n";
}

}  // namespace

std::map<std::string, std::string> ManualPages(const CLI::App& app, const std::string& version) {
  std::map<std::string, std::string> pages = {{"borealis.1", MainPage(app, version)}};
  for (const CLI::App* command : CommandsOf(app)) {
    pages["borealis-" + command->get_name() + ".1"] = CommandPage(*command, version);
  }
  return pages;
}

}  // namespace borealis::cli
