// Another ingress rule.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { authorize } from "../api/create";
import type { SecurityGroup } from "../api/types";
import { TextField } from "../components/text-field";
import { cidrProblem, wholeNumberProblem } from "../model/validate";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

export function AddRuleDialog({ group, port, onClose }: { group: SecurityGroup; port: number; onClose: () => void }) {
  const { refresh } = useRegion();
  const [ports, setPorts] = useState(String(port));
  const [cidr, setCidr] = useState("127.0.0.0/8");
  const [description, setDescription] = useState("");
  const portError = wholeNumberProblem(ports, 0, 65535);
  const cidrError = cidrProblem(cidr);
  return (
    <Dialog
      title={`Add an inbound rule to ${group.groupName}`} go="Add rule" disabled={portError !== "" || cidrError !== ""} onClose={onClose}
      submit={async () => {
        await authorize(group.groupId, Number(ports), cidr, description);
        refresh();
      }}
    >
      <TextField label="TCP port" errorText={portError} type="number" inputMode="numeric" value={ports} set={setPorts} />
      <TextField label="Source" errorText={cidrError} constraintText="An IPv4 block; 127.0.0.0/8 is this machine." value={cidr} set={setCidr} />
      <FormField label={<>Description <i>- optional</i></>}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </Dialog>
  );
}
