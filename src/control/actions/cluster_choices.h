// What is chosen about a cluster when it is made, restored or modified: the parameters that these
// actions have in common. Each fails the call at the first parameter that is wrong. Pure.
#pragma once

#include <string>

#include "control/actions/call.h"

namespace borealis::control {

// Null, and the call has failed: there is none.
Cluster* FindCluster(Call& call, const std::string& id);

// Engine, EngineVersion and EngineMode. An empty `mode`: provisioned.
void ChooseEngine(Call& call, Cluster& cluster);
void ChooseMode(Call& call, const std::string& otherwise, Cluster& cluster);
// DBSubnetGroupName, Tags, of a new cluster; its security groups become the default.
void ReadPlacement(Call& call, Cluster& cluster);
// What may also be changed later: port, security groups, retention, windows, protection; and into
// `password_hash`, where a password is given, its hash.
void ReadChangeable(Call& call, Cluster& cluster, std::string& password_hash);
// PreferredMaintenanceWindow, where it is given.
void ReadMaintenanceWindow(Call& call, std::string& window);
void CheckDatabase(Call& call, const std::string& name);

// The new cluster becomes part of the region and the answer.
void AddCluster(Call& call, Cluster cluster);

}  // namespace borealis::control
