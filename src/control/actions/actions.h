// The actions of the APIs by name. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "control/actions/call.h"

namespace borealis::control {

using Action = void (*)(Call&);
using ActionTable = std::map<std::string_view, Action>;

ActionTable ClusterActions();
ActionTable InstanceActions();
ActionTable TagActions();
ActionTable CatalogueActions();
ActionTable SubnetGroupActions();
ActionTable SnapshotActions();
ActionTable RestoreActions();
ActionTable ParameterGroupActions();
ActionTable LogActions();
ActionTable EndpointActions();
ActionTable NetworkActions();        // EC2
ActionTable SecurityGroupActions();  // EC2

// Of service "rds" or "ec2"; null: no such action.
Action FindAction(std::string_view service, std::string_view name);

}  // namespace borealis::control
