// A new security group, without rules.
import { useState } from "react";
import { ec2 } from "../api/client";
import { TextField } from "../components/text-field";
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
      <TextField label="Name" errorText={name ? groupNameProblem(name) : ""} value={name} set={setName} />
      <TextField label="Description" value={description} set={setDescription} />
    </Dialog>
  );
}
