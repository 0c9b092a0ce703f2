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

// {"oldest": {"seqno", "time_us", "time"}, "newest": ...}; "error" where there is none.
nlohmann::json DescribeRestorable(storage::Backend& volume);
void PrintRestorable(const nlohmann::json& restorable);

// What the volume takes on its disk, what holds the log (under the default policy), what each node
// needs of it, and warnings. "error" where the log can't be read.
Result<nlohmann::json> DescribeDisk(storage::Backend& volume, const std::string& directory);
void PrintDisk(const nlohmann::json& disk);

}  // namespace borealis::cli
