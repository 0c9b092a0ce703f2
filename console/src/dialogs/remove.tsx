// Removal of what is made anew in a minute: security groups and their rules, parameter groups, endpoints,
// access keys.
import Box from "@cloudscape-design/components/box";
import { ec2, post, rds } from "../api/client";
import { revoke } from "../api/create";
import { deleteGroup, type Group } from "../api/parameter-groups";
import type { SecurityGroup } from "../api/types";
import type { Rule } from "../model/rules";
import { count } from "../model/text";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

type Closes = { onClose: () => void };

export function DeleteSecurityGroupDialog({ group, onClose }: Closes & { group: SecurityGroup }) {
  const { refresh } = useRegion();
  return (
    <Dialog
      title={`Delete the security group ${group.groupName}?`} go="Delete" onClose={onClose}
      submit={async () => {
        await ec2("DeleteSecurityGroup", { GroupId: group.groupId });
        refresh();
      }}
    >
      <Box>Its rules go with it. One that a cluster uses stays.</Box>
    </Dialog>
  );
}

export function RemoveRulesDialog({ group, rules, onClose }: Closes & { group: SecurityGroup; rules: readonly Rule[] }) {
  const { refresh } = useRegion();
  return (
    <Dialog
      title={`Remove ${count(rules.length, "rule")} of ${group.groupName}?`} go="Remove" onClose={onClose}
      submit={async () => {
        try {
          for (const rule of rules) await revoke(group.groupId, rule.protocol, rule.from, rule.to, rule.cidr);
        } finally {
          refresh(); // some may be gone
        }
      }}
    >
      <Box>Who came by {rules.map((r) => `${r.ports} from ${r.cidr}`).join(", ")} may connect no longer, unless another rule lets them in.</Box>
    </Dialog>
  );
}

export function DeleteParameterGroupDialog({ group, onClose, onDone }: Closes & { group: Group; onDone: () => void }) {
  return (
    <Dialog
      title={`Delete the parameter group ${group.name}?`} go="Delete" onClose={onClose}
      submit={async () => {
        await deleteGroup(group.kind, group.name);
        onDone();
      }}
    >
      <Box>Its settings go with it. One that is used stays.</Box>
    </Dialog>
  );
}

export function DeleteEndpointDialog({ name, onClose }: Closes & { name: string }) {
  return (
    <Dialog title={`Delete the endpoint ${name}?`} go="Delete" onClose={onClose} submit={() => rds("DeleteDBClusterEndpoint", { DBClusterEndpointIdentifier: name })}>
      <Box>Its address leads nowhere from then on. The instances stay.</Box>
    </Dialog>
  );
}

export function RemoveKeyDialog({ id, onClose, onDone }: Closes & { id: string; onDone: () => void }) {
  return (
    <Dialog
      title={`Remove ${id}?`} go="Remove" onClose={onClose}
      submit={async () => {
        await post("/console/keys/remove", { id });
        onDone();
      }}
    >
      <Box>Programs that use it, and consoles that were opened with it, are refused from now on.</Box>
    </Dialog>
  );
}
