// A new security group, without rules.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ec2 } from "../api/client";
import { href } from "../model/route";
import { groupNameProblem } from "../model/validate";
import { useRegion } from "../state/region";
import { go } from "../state/route";
import { Dialog } from "./dialog";

export function CreateGroupDialog({ onClose }: { onClose: () => void }) {
  const { refresh } = useRegion();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  return (
    <Dialog
      title="Create security group" go="Create" disabled={groupNameProblem(name) !== "" || description === ""} onClose={onClose}
      submit={async () => {
        const { groupId } = await ec2<{ groupId: string }>("CreateSecurityGroup", { GroupName: name, GroupDescription: description });
        refresh();
        go(href("security-group", groupId));
      }}
    >
      <FormField label="Name" errorText={name ? groupNameProblem(name) : ""}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Description">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </Dialog>
  );
}
