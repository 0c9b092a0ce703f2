// The objects of a region as rows: (kind, key, JSON). Unknown members are ignored, missing ones
// have their default, so a newer program reads what an older one wrote. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/status.h"
#include "control/model/region.h"

namespace borealis::control {

using RowKey = std::pair<std::string, std::string>;  // kind, key
using Rows = std::map<RowKey, std::string>;

Rows EncodeRegion(const Region& region);
// kCorruption names the row.
Result<Region> DecodeRegion(const Rows& rows);

}  // namespace borealis::control
