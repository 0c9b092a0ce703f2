// Modify: what of a cluster or an instance can be changed, and when. Only what was changed is sent.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import { useEffect, useState } from "react";
import { rds, type Fields } from "../api/client";
import { groupsOf, type Kind } from "../api/parameter-groups";
import type { Cluster, Instance } from "../api/types";
import { TextField } from "../components/text-field";
import { backupWindowProblem, maintenanceWindowProblem, passwordProblem, portProblem, wholeNumberProblem } from "../model/validate";
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
  const [port, setPort] = useState(String(cluster.Port));
  const [parameters, setParameters] = useState(cluster.DBClusterParameterGroup);
  const [backup, setBackup] = useState(cluster.PreferredBackupWindow);
  const [maintenance, setMaintenance] = useState(cluster.PreferredMaintenanceWindow);
  const passwordError = password === "" ? "" : passwordProblem(password);
  const retentionError = wholeNumberProblem(retention, 1, 35);
  const portError = portProblem(port);
  const backupError = backupWindowProblem(backup);
  const maintenanceError = maintenanceWindowProblem(maintenance);
  const changed: Fields = {
    Port: Number(port) === cluster.Port ? undefined : port,
    DBClusterParameterGroupName: parameters === cluster.DBClusterParameterGroup ? undefined : parameters,
    PreferredBackupWindow: backup === cluster.PreferredBackupWindow ? undefined : backup,
    PreferredMaintenanceWindow: maintenance === cluster.PreferredMaintenanceWindow ? undefined : maintenance,
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
      disabled={nothing || [passwordError, retentionError, portError, backupError, maintenanceError].some((e) => e !== "") || chosen.length === 0}
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
      <TextField label="Database port" description="The endpoints move to it; no server restarts." errorText={portError} type="number" inputMode="numeric" value={port} set={setPort} />
      <ParameterGroup kind="cluster" value={parameters} set={setParameters} />
      <TextField label="Backup retention, days" errorText={retentionError} type="number" inputMode="numeric" value={retention} set={setRetention} />
      <TextField label="Backup window" description="Each day, in UTC." errorText={backupError} value={backup} set={setBackup} />
      <TextField label="Maintenance window" description="Each week, in UTC." errorText={maintenanceError} value={maintenance} set={setMaintenance} />
      <Checkbox checked={locked} onChange={({ detail }) => setLocked(detail.checked)}>Deletion protection</Checkbox>
    </Dialog>
  );
}

export function ModifyInstanceDialog({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const { say } = useNotices();
  const machine = useMachine();
  const group = instance.DBParameterGroups[0]?.DBParameterGroupName ?? "";
  const waits = instance.PendingModifiedValues.DBInstanceClass;
  const [size, setSize] = useState(waits ?? instance.DBInstanceClass);
  const [parameters, setParameters] = useState(group);
  const [maintenance, setMaintenance] = useState(instance.PreferredMaintenanceWindow);
  const [when, setWhen] = useState("window");
  const maintenanceError = maintenanceWindowProblem(maintenance);
  const now = when === "now" && size !== instance.DBInstanceClass;
  const changed: Fields = {
    DBInstanceClass: size === (waits ?? instance.DBInstanceClass) ? undefined : size,
    DBParameterGroupName: parameters === group ? undefined : parameters,
    PreferredMaintenanceWindow: maintenance === instance.PreferredMaintenanceWindow ? undefined : maintenance,
    ApplyImmediately: now || undefined,
  };
  const options = (machine?.classes ?? []).map((c) => ({
    value: c.name, label: c.name, description: `${c.buffer_pool_mib} MiB buffer pool, ${c.connections} connections`,
  }));
  return (
    <Dialog
      title={`Modify ${instance.DBInstanceIdentifier}`} go="Modify" onClose={onClose}
      disabled={maintenanceError !== "" || Object.values(changed).every((v) => v === undefined)}
      submit={async () => {
        await rds("ModifyDBInstance", { DBInstanceIdentifier: instance.DBInstanceIdentifier, ...changed });
        say("info", size !== instance.DBInstanceClass && !now ? `${instance.DBInstanceIdentifier} becomes ${size} in the maintenance window` : `${instance.DBInstanceIdentifier} is being modified`);
      }}
    >
      <FormField label="Instance class" description={waits ? `${waits} waits for the maintenance window; now it is ${instance.DBInstanceClass}.` : "A change restarts the instance."}>
        <Select
          options={options} selectedOption={options.find((o) => o.value === size) ?? { value: size, label: size }}
          onChange={({ detail }) => setSize(detail.selectedOption.value ?? size)}
        />
      </FormField>
      {size !== instance.DBInstanceClass && (
        <FormField label="When">
          <RadioGroup
            value={when} onChange={({ detail }) => setWhen(detail.value)} ariaLabel="When"
            items={[
              { value: "window", label: "In the next maintenance window", description: `${instance.PreferredMaintenanceWindow} UTC` },
              { value: "now", label: "Now", description: "The instance restarts; its clients may finish first, for ten seconds at most." },
            ]}
          />
        </FormField>
      )}
      <ParameterGroup kind="instance" value={parameters} set={setParameters} />
      <TextField label="Maintenance window" description="Each week, in UTC." errorText={maintenanceError} value={maintenance} set={setMaintenance} />
    </Dialog>
  );
}

function ParameterGroup({ kind, value, set }: { kind: Kind; value: string; set: (name: string) => void }) {
  const [names, setNames] = useState<string[]>([value]);
  useEffect(() => {
    let here = true;
    groupsOf(kind).then((groups) => here && setNames(groups.map((g) => g.name)), () => {}); // then the present one can be kept
    return () => {
      here = false;
    };
  }, [kind]);
  return (
    <FormField label="Parameter group" description="Static parameters wait for the next reboot.">
      <Select
        options={names.map((name) => ({ value: name, label: name }))} selectedOption={{ value, label: value }}
        onChange={({ detail }) => set(detail.selectedOption.value ?? value)}
      />
    </FormField>
  );
}
