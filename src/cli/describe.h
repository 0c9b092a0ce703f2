// What several commands say of a volume, as JSON and as text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"
#include "storage/backend.h"

namespace borealis::cli {

// One object for each snapshot, oldest first; "error" where its manifest can't be read.
Result<nlohmann::json> DescribeSnapshots(storage::Backend& volume);
// A line for each.
void PrintSnapshots(const nlohmann::json& snapshots, const std::string& indent);

}  // namespace borealis::cli
