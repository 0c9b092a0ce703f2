#include "control/actions/actions.h"

namespace borealis::control {
namespace {

ActionTable Join(std::initializer_list<ActionTable> tables) {
  ActionTable all;
  for (const ActionTable& table : tables) all.insert(table.begin(), table.end());
  return all;
}

}  // namespace

Action FindAction(std::string_view service, std::string_view name) {
  static const ActionTable rds =
      Join({ClusterActions(), InstanceActions(), TagActions(), CatalogueActions(),
            SubnetGroupActions(), SnapshotActions(), RestoreActions(), ParameterGroupActions(),
            LogActions(), EndpointActions()});
  static const ActionTable ec2 = Join({NetworkActions(), SecurityGroupActions()});
  const ActionTable& table = service == "ec2" ? ec2 : rds;
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace borealis::control
