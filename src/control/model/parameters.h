// Which parameters an instance's server is to run with: the cluster's group, then the instance's,
// which wins. Pure.
#pragma once

#include <map>
#include <string>

#include "control/model/region.h"

namespace borealis::control {

using ParameterValues = std::map<std::string, std::string>;

ParameterValues WantedParameters(const Region& region, const Instance& instance);

inline constexpr char kDefaultValue[] = "DEFAULT";

// Of what is wanted and differs from what is in effect: what can take effect now, as SET GLOBAL
// takes it (kDefaultValue for what is not wanted any more), and whether something waits for a
// reboot.
struct ParameterDifference {
  ParameterValues now;
  bool waits = false;
};
ParameterDifference DifferenceOf(const Region& region, const Instance& instance);

}  // namespace borealis::control
