// Modify: what of a cluster or an instance can be changed. Only what was changed is sent.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { rds, type Fields } from "../api/client";
import type { Cluster, Instance } from "../api/types";
import { TextField } from "../components/text-field";
import { passwordProblem, wholeNumberProblem } from "../model/validate";
import { useMachine } from "../state/machine";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

export function ModifyClusterDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const { groups } = useRegion();
  const { say } = useNotices();
  const before = cluster.VpcSecurityGroups.map((g) => g.VpcSecurityGroupId);
  const [password, setPassword] = useState("");
  const [retention, setRetention] = useState(String(cluster.BackupRetentionPeriod));
  const [locked, setLocked] = useState(cluster.DeletionProtection);
  const [chosen, setChosen] = useState(before);
  const passwordError = password === "" ? "" : passwordProblem(password);
  const retentionError = wholeNumberProblem(retention, 1, 35);
  const changed: Fields = {
    MasterUserPassword: password || undefined,
    BackupRetentionPeriod: Number(retention) === cluster.BackupRetentionPeriod ? undefined : retention,
    DeletionProtection: locked === cluster.DeletionProtection ? undefined : locked,
  };
  if (chosen.join() !== before.join()) chosen.forEach((id, n) => (changed[`VpcSecurityGroupIds.VpcSecurityGroupId.${n + 1}`] = id));
  const nothing = Object.values(changed).every((v) => v === undefined);
  const options = groups.map((g) => ({ value: g.groupId, label: g.groupName, description: g.groupId }));
  return (
    <Dialog
      title={`Modify ${cluster.DBClusterIdentifier}`} go="Modify" onClose={onClose}
      disabled={nothing || passwordError !== "" || retentionError !== "" || chosen.length === 0}
      submit={async () => {
        await rds("ModifyDBCluster", { DBClusterIdentifier: cluster.DBClusterIdentifier, ApplyImmediately: true, ...changed });
        say("info", `${cluster.DBClusterIdentifier} is being modified`);
      }}
    >
      <TextField label="New master password" description="Leave it empty to keep the old one." errorText={passwordError} type="password" autoComplete="new-password" value={password} set={setPassword} />
      <FormField label="Security groups" errorText={chosen.length === 0 ? "Choose at least one." : ""}>
        <Multiselect
          options={options} selectedOptions={options.filter((o) => chosen.includes(o.value))} placeholder="Choose security groups"
          onChange={({ detail }) => setChosen(detail.selectedOptions.map((o) => o.value ?? ""))}
        />
      </FormField>
      <TextField label="Backup retention, days" errorText={retentionError} type="number" inputMode="numeric" value={retention} set={setRetention} />
      <Checkbox checked={locked} onChange={({ detail }) => setLocked(detail.checked)}>Deletion protection</Checkbox>
    </Dialog>
  );
}

export function ModifyInstanceDialog({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const { say } = useNotices();
  const machine = useMachine();
  const [size, setSize] = useState(instance.DBInstanceClass);
  const options = (machine?.classes ?? []).map((c) => ({
    value: c.name, label: c.name, description: `${c.buffer_pool_mib} MiB buffer pool, ${c.connections} connections`,
  }));
  return (
    <Dialog
      title={`Modify ${instance.DBInstanceIdentifier}`} go="Modify" disabled={size === instance.DBInstanceClass} onClose={onClose}
      submit={async () => {
        await rds("ModifyDBInstance", { DBInstanceIdentifier: instance.DBInstanceIdentifier, DBInstanceClass: size, ApplyImmediately: true });
        say("info", `${instance.DBInstanceIdentifier} is being modified`);
      }}
    >
      <FormField label="Instance class" description="A change restarts the instance.">
        <Select
          options={options} selectedOption={options.find((o) => o.value === size) ?? { value: size, label: size }}
          onChange={({ detail }) => setSize(detail.selectedOption.value ?? size)}
        />
      </FormField>
    </Dialog>
  );
}
