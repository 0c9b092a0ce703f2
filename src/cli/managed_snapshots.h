// Snapshots of clusters of the control plane, for `borealis snapshot`. Without a volume its `list`
// and `delete` are about these (snapshot_commands.cc).
#pragma once

#include <string>

#include "cli/managed.h"

namespace borealis::cli {

struct ManagedSnapshotArguments : ManagedArguments {
  std::string cluster;  // empty: of all
  std::string target;   // name of a copy
};

Status ListManagedSnapshots(const ManagedSnapshotArguments& args);
Status DeleteManagedSnapshot(const ManagedSnapshotArguments& args);
// kNotFound: there is none of that name.
Result<Json> FindSnapshot(const ApiClient& api, const std::string& name);

}  // namespace borealis::cli
