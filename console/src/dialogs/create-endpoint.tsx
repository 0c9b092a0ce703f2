// A custom endpoint: a name and address of its own for some of a cluster's instances.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useState } from "react";
import { rds } from "../api/client";
import type { Instance } from "../api/types";
import { TextField } from "../components/text-field";
import { identifierProblem } from "../model/validate";
import { useNotices } from "../state/notices";
import { Dialog } from "./dialog";

export function CreateEndpointDialog({ cluster, members, onClose }: { cluster: string; members: readonly Instance[]; onClose: () => void }) {
  const { say } = useNotices();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const options = members.map((m) => ({ value: m.DBInstanceIdentifier, label: m.DBInstanceIdentifier }));
  return (
    <Dialog
      title={`Create a custom endpoint of ${cluster}`} go="Create" disabled={identifierProblem(name) !== ""} onClose={onClose}
      submit={async () => {
        await rds("CreateDBClusterEndpoint", {
          DBClusterEndpointIdentifier: name, DBClusterIdentifier: cluster, EndpointType: "ANY",
          ...Object.fromEntries(chosen.map((m, n) => [`StaticMembers.member.${n + 1}`, m])),
        });
        say("info", `The endpoint ${name} is being created`);
      }}
    >
      <TextField label="Identifier" errorText={name ? identifierProblem(name) : ""} value={name} set={setName} />
      <FormField label={<>Instances <i>- optional</i></>} description="It leads to these; to all, if none is chosen.">
        <Multiselect
          options={options} selectedOptions={options.filter((o) => chosen.includes(o.value))} placeholder="All instances"
          onChange={({ detail }) => setChosen(detail.selectedOptions.map((o) => o.value ?? ""))}
        />
      </FormField>
    </Dialog>
  );
}
