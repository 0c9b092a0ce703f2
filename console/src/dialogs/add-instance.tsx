// Another writer for a cluster.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { rds } from "../api/client";
import type { Cluster } from "../api/types";
import { TextField } from "../components/text-field";
import { instancesOf, nextInstanceName } from "../model/tree";
import { identifierProblem } from "../model/validate";
import { useMachine } from "../state/machine";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

export function AddInstanceDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const { instances } = useRegion();
  const { say } = useNotices();
  const machine = useMachine();
  const taken = instances.map((i) => i.DBInstanceIdentifier);
  const id = cluster.DBClusterIdentifier;
  const [name, setName] = useState(() => nextInstanceName(id, taken));
  const [size, setSize] = useState(instancesOf(id, instances)[0]?.DBInstanceClass ?? "db.t3.micro");
  const problem = identifierProblem(name, taken);
  const options = (machine?.classes ?? []).map((c) => ({
    value: c.name, label: c.name, description: `${c.buffer_pool_mib} MiB buffer pool, ${c.connections} connections`,
  }));
  return (
    <Dialog
      title={`Add an instance to ${id}`} go="Add instance" disabled={problem !== ""} onClose={onClose}
      submit={async () => {
        await rds("CreateDBInstance", { DBInstanceIdentifier: name, DBClusterIdentifier: id, DBInstanceClass: size, Engine: cluster.Engine });
        say("info", `${name} is being created`);
      }}
    >
      <TextField label="DB instance identifier" errorText={problem} value={name} set={setName} />
      <FormField label="Instance class">
        <Select
          options={options} selectedOption={options.find((o) => o.value === size) ?? { value: size, label: size }}
          onChange={({ detail }) => setSize(detail.selectedOption.value ?? size)}
        />
      </FormField>
    </Dialog>
  );
}
