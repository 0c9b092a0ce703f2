// A statement as the server's bootstrap mode reads it: in one line, ended by a semicolon.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace borealis::node {

inline std::string BootstrapLine(std::string_view statement) {
  std::string line(statement.substr(statement.find_first_not_of(" \n")));
  std::ranges::replace(line, '\n', ' ');
  return line + ";\n";
}

}  // namespace borealis::node
