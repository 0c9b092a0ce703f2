#include "node/fragment.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "node/option_rules.h"

namespace borealis::node {
namespace {

constexpr std::array<std::string_view, 4> kServerSections = {"mysqld", "mariadb", "mariadbd",
                                                             "server"};
constexpr std::array<std::string_view, 8> kClientSections = {
    "client",         "client-server", "client-mariadb", "mysql",
    "mariadb-client", "mysqldump",     "mariadb-dump",   "mysqladmin"};

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\f\v");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\f\v") - first + 1);
}

Status Refuse(const std::string& source, int line, std::string_view what) {
  return {Code::kInvalidArgument, fmt::format("{}:{}: {}", source, line, what)};
}

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The value as the server's option files mean it: a '#' that follows a blank starts a comment,
// quotes go, \n \t \r \b \s \\ stand for one character.
Result<std::string> ParseValue(std::string_view raw) {
  std::string value;
  char quote = 0;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (quote == 0 && value.empty() && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      const std::string_view rest = Trim(raw.substr(i + 1));
      if (!rest.empty() && rest.front() != '#') {
        return Status(Code::kInvalidArgument, "text follows the closing quote");
      }
      return value;
    } else if (quote == 0 && c == '#' && i > 0 && (raw[i - 1] == ' ' || raw[i - 1] == '\t')) {
      break;
    } else if (c == '\\' && i + 1 < raw.size()) {
      constexpr std::string_view kEscapes = "ntrbs\\";
      constexpr std::string_view kMeanings = "\n\t\r\b \\";
      const size_t at = kEscapes.find(raw[i + 1]);
      if (at == std::string_view::npos) {
        value += c;
      } else {
        value += kMeanings[at];
        ++i;
      }
    } else {
      value += c;
    }
  }
  if (quote != 0) return Status(Code::kInvalidArgument, "a quote is not closed");
  return std::string(Trim(value));
}

Result<ServerOption> ParseLine(std::string_view line, int number) {
  ServerOption option;
  option.line = number;
  const size_t equals = line.find('=');
  std::string_view name = Trim(line.substr(0, equals));
  if (equals == std::string_view::npos) name = Trim(name.substr(0, name.find(" #")));
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (!good || name.front() == '-') {
    return Status(Code::kInvalidArgument, fmt::format("\"{}\" is no option name", name));
  }
  option.name = name;
  if (equals == std::string_view::npos) return option;
  option.has_value = true;
  ASSIGN_OR_RETURN(option.value, ParseValue(Trim(line.substr(equals + 1))));
  return option;
}

}  // namespace

std::string ServerOption::ToArgument() const {
  return has_value ? fmt::format("--{}={}", name, value) : "--" + name;
}

std::string NormalizeOptionName(std::string_view name) {
  std::string normal(name);
  for (char& c : normal) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  constexpr std::array<std::string_view, 5> kPrefixes = {"loose_", "maximum_", "enable_",
                                                         "disable_", "skip_"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : kPrefixes) {
      if (!normal.starts_with(prefix)) continue;
      normal.erase(0, prefix.size());
      again = true;
    }
  }
  return normal;
}

Result<std::vector<ServerOption>> ParseFragment(std::string_view text, const std::string& source) {
  std::vector<ServerOption> options;
  std::optional<bool> for_server;  // the current section's; nullopt before the first
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.find('\0') != std::string_view::npos) return Refuse(source, number, "a zero byte");
    if (line.front() == '!') {
      return Refuse(source, number, "!include is not followed; put the options here");
    }
    if (line.front() == '[') {
      const std::string_view section = Trim(line.substr(1, line.find(']') - 1));
      if (Contains(kServerSections, section)) {
        for_server = true;
      } else if (Contains(kClientSections, section)) {
        for_server = false;
      } else {
        return Refuse(source, number,
                      fmt::format("section [{}] is unknown; use [mysqld]", section));
      }
      continue;
    }
    if (!for_server) return Refuse(source, number, "an option before any section; add [mysqld]");
    if (!*for_server) continue;
    auto option = ParseLine(line, number);
    if (!option.ok()) return Refuse(source, number, option.status().message());
    options.push_back(std::move(option).value());
  }
  return options;
}

Status CheckFragment(const std::vector<ServerOption>& options, const std::string& source) {
  for (const ServerOption& option : options) {
    const auto reason = ReasonToRefuse(NormalizeOptionName(option.name), option);
    if (reason) {
      return Refuse(source, option.line, fmt::format("{} is refused: {}", option.name, *reason));
    }
  }
  return Status::Ok();
}

}  // namespace borealis::node
