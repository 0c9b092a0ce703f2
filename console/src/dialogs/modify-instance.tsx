// Modify: what of an instance can be changed, and when. Only what was changed is sent.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { rds, type Fields } from "../api/client";
import type { Instance } from "../api/types";
import { TextField } from "../components/text-field";
import { maintenanceWindowProblem } from "../model/validate";
import { useMachine } from "../state/machine";
import { useNotices } from "../state/notices";
import { Dialog } from "./dialog";
import { ParameterGroup, When } from "./modify-parts";

export function ModifyInstanceDialog({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const { say } = useNotices();
  const machine = useMachine();
  const group = instance.DBParameterGroups[0]?.DBParameterGroupName ?? "";
  const waits = instance.PendingModifiedValues.DBInstanceClass;
  const [size, setSize] = useState(waits ?? instance.DBInstanceClass);
  const [parameters, setParameters] = useState(group);
  const [maintenance, setMaintenance] = useState(instance.PreferredMaintenanceWindow);
  const [atOnce, setAtOnce] = useState(false);
  const maintenanceError = maintenanceWindowProblem(maintenance);
  const now = atOnce && size !== instance.DBInstanceClass;
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
        <When
          now={atOnce} set={setAtOnce} window={instance.PreferredMaintenanceWindow}
          nowText="The instance restarts; its clients may finish first, for ten seconds at most."
        />
      )}
      <ParameterGroup kind="instance" value={parameters} set={setParameters} />
      <TextField label="Maintenance window" description="Each week, in UTC." errorText={maintenanceError} value={maintenance} set={setMaintenance} />
    </Dialog>
  );
}
