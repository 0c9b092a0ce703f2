// Versions of the server side by side in one volume. A series (10.11) is one format of data files
// and system tables; releases within it are mixed and exchanged freely, in either direction.
// Between series the system tables have to be upgraded, which no server may do for the others: a
// volume has one series for its life. See docs/operations.md, "Upgrades". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace borealis::node {

struct ServerRelease {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const ServerRelease&) const = default;
  bool SameSeries(const ServerRelease& other) const {
    return major == other.major && minor == other.minor;
  }
  std::string ToString() const;  // "10.11.14"
};

// The first "a.b.c" in what `mariadbd --version`, or a snapshot's manifest, says. kInvalidArgument:
// there is none.
Result<ServerRelease> ParseServerVersion(std::string_view text);

// Whether a server may run on the volume whose data the server `volume` wrote (its newest
// snapshot). kUnsupported says what to do instead. A volume whose version nobody knows takes any.
Status CheckServerVersion(std::string_view volume, std::string_view server);

// One line when nodes run different releases; empty when they do not. Texts that hold no version do
// not count.
std::string DescribeMixedVersions(const std::vector<std::string>& servers);

}  // namespace borealis::node
