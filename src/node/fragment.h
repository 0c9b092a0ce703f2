// Option fragment: a user's my.cnf lines, checked before they reach the server. Pure.
//
// What would break the cluster's promises (durability in the volume, one content everywhere, who
// owns which file) is refused with the reason; everything else is the user's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace borealis::node {

struct ServerOption {
  std::string name;   // as written, e.g. "max-connections"
  std::string value;  // without quotes
  bool has_value = false;
  int line = 0;
  bool operator==(const ServerOption&) const = default;
  std::string ToArgument() const;  // "--max-connections=500"
};

// Parses the my.cnf format: sections [mysqld], [mariadb], [mariadbd] and [server]; sections of
// client programs are skipped; other sections, !include lines and lines before a section are
// refused. `source` names the file in messages. kInvalidArgument: "<source>:<line>: what is wrong".
Result<std::vector<ServerOption>> ParseFragment(std::string_view text, const std::string& source);

// kInvalidArgument: "<source>:<line>: <option> is refused: <reason>".
Status CheckFragment(const std::vector<ServerOption>& options, const std::string& source);

// Lower case, '_' for '-', without the prefixes loose-, maximum-, enable-, disable- and skip-.
std::string NormalizeOptionName(std::string_view name);

}  // namespace borealis::node
