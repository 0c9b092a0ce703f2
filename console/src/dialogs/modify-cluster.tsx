// Modify: what of a cluster can be changed, and when. Only what was changed is sent.
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { rds } from "../api/client";
import type { Cluster } from "../api/types";
import { TextField } from "../components/text-field";
import { formOf, hasChoice, modifyProblems, modifyRequest, versionsFor, waitingOf, type ModifyForm } from "../model/modify";
import { useEngines } from "../state/catalogue";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";
import { ParameterGroup, When } from "./modify-parts";

export function ModifyClusterDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const { groups } = useRegion();
  const engines = useEngines();
  const { say } = useNotices();
  const [form, setForm] = useState(() => formOf(cluster));
  const change = (changes: Partial<ModifyForm>) => setForm((before) => ({ ...before, ...changes }));
  const problems = modifyProblems(form);
  const request = modifyRequest(form, cluster);
  const waits = waitingOf(cluster).join(", ");
  const versions = versionsFor(cluster, engines).map((v) => ({ value: v, label: v }));
  const options = groups.map((g) => ({ value: g.groupId, label: g.groupName, description: g.groupId }));
  const id = cluster.DBClusterIdentifier;
  return (
    <Dialog
      title={`Modify ${id}`} go="Modify" onClose={onClose} disabled={request === undefined || Object.keys(problems).length > 0}
      submit={async () => {
        await rds("ModifyDBCluster", request);
        say("info", `${id} is being modified`, hasChoice(form, cluster) && !form.now ? "What waits for the maintenance window is under Maintenance & backups." : undefined);
      }}
    >
      {versions.length > 1 && (
        <FormField label="Version" description="The same server under another name: nothing restarts. There is no way back.">
          <Select
            options={versions} selectedOption={versions.find((v) => v.value === form.version) ?? { value: form.version, label: form.version }}
            onChange={({ detail }) => change({ version: detail.selectedOption.value ?? form.version })}
          />
        </FormField>
      )}
      <TextField label="New master password" description="Leave it empty to keep the old one." errorText={problems.password} type="password" autoComplete="new-password" value={form.password} set={(password) => change({ password })} />
      <FormField label="Security groups" errorText={problems.groups}>
        <Multiselect
          options={options} selectedOptions={options.filter((o) => form.groups.includes(o.value))} placeholder="Choose security groups"
          onChange={({ detail }) => change({ groups: detail.selectedOptions.map((o) => o.value ?? "") })}
        />
      </FormField>
      <TextField label="Database port" description="The endpoints move to it; no server restarts." errorText={problems.port} type="number" inputMode="numeric" value={form.port} set={(port) => change({ port })} />
      <ParameterGroup kind="cluster" value={form.parameterGroup} set={(parameterGroup) => change({ parameterGroup })} />
      <TextField label="Backup retention, days" errorText={problems.retentionDays} type="number" inputMode="numeric" value={form.retentionDays} set={(retentionDays) => change({ retentionDays })} />
      <TextField label="Backup window" description="Each day, in UTC." errorText={problems.backupWindow} value={form.backupWindow} set={(backupWindow) => change({ backupWindow })} />
      <TextField label="Maintenance window" description="Each week, in UTC." errorText={problems.maintenanceWindow} value={form.maintenanceWindow} set={(maintenanceWindow) => change({ maintenanceWindow })} />
      <Checkbox checked={form.deletionProtection} onChange={({ detail }) => change({ deletionProtection: detail.checked })}>Deletion protection</Checkbox>
      {hasChoice(form, cluster) && (
        <When
          now={form.now} set={(now) => change({ now })} window={form.maintenanceWindow}
          nowText={waits ? `No server restarts. What waits already comes, too: ${waits}.` : "No server restarts. All else takes effect at once in any case."}
        />
      )}
    </Dialog>
  );
}
