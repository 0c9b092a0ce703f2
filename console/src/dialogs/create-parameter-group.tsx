// A new parameter group.
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { createGroup, type Kind } from "../api/parameter-groups";
import { TextField } from "../components/text-field";
import { href } from "../model/route";
import { identifierProblem } from "../model/validate";
import { go } from "../state/route";
import { Dialog } from "./dialog";

const KINDS = [
  { value: "cluster", label: "Clusters" },
  { value: "instance", label: "Instances" },
];

export function CreateParameterGroupDialog({ family, onClose }: { family: string; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>("cluster");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  return (
    <Dialog
      title="Create parameter group" go="Create" disabled={identifierProblem(name) !== "" || description === ""} onClose={onClose}
      submit={async () => {
        await createGroup(kind, name, family, description);
        go(href("parameter-group", name.toLowerCase(), kind));
      }}
    >
      <FormField label="Of">
        <Select options={KINDS} selectedOption={KINDS.find((k) => k.value === kind) ?? null} onChange={({ detail }) => setKind(detail.selectedOption.value as Kind)} />
      </FormField>
      <TextField label="Name" errorText={name ? identifierProblem(name) : ""} value={name} set={setName} />
      <TextField label="Description" value={description} set={setDescription} />
    </Dialog>
  );
}
