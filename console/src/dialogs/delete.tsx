// Deletion, confirmed by typing. A cluster goes with its instances.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useState } from "react";
import { rds } from "../api/client";
import { TextField } from "../components/text-field";
import type { Row } from "../model/tree";
import { instancesOf } from "../model/tree";
import { identifierProblem } from "../model/validate";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

const WORD = "delete me";

export function DeleteDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const { instances, snapshots } = useRegion();
  const { say } = useNotices();
  const [typed, setTyped] = useState("");
  const [keep, setKeep] = useState(false);
  const [name, setName] = useState(`${row.id}-final`);
  const members = row.kind === "cluster" ? instancesOf(row.id, instances) : [];
  const locked = row.kind === "cluster" && row.cluster?.DeletionProtection === true;
  const nameError = keep ? identifierProblem(name, snapshots.map((s) => s.DBClusterSnapshotIdentifier)) : "";
  const submit = async () => {
    for (const member of members) {
      if (member.DBInstanceStatus === "deleting") continue;
      await rds("DeleteDBInstance", { DBInstanceIdentifier: member.DBInstanceIdentifier, SkipFinalSnapshot: true });
    }
    if (row.kind === "instance") await rds("DeleteDBInstance", { DBInstanceIdentifier: row.id, SkipFinalSnapshot: true });
    else await rds("DeleteDBCluster", { DBClusterIdentifier: row.id, SkipFinalSnapshot: !keep, FinalDBSnapshotIdentifier: keep ? name : undefined });
    say("info", `${row.id} is being deleted`);
  };
  return (
    <Dialog title={`Delete ${row.id}?`} go="Delete" disabled={typed !== WORD || locked || nameError !== ""} submit={submit} onClose={onClose}>
      {locked ? (
        <Alert type="warning">Deletion protection is on. Switch it off first: Modify.</Alert>
      ) : (
        <Alert type="warning">
          {row.kind === "cluster"
            ? `The cluster's data, its automated snapshots and its ${members.length} instances will be gone. This cannot be undone.`
            : "The instance and its server will be gone. The cluster's data stay."}
        </Alert>
      )}
      {row.kind === "cluster" && !locked && (
        <Checkbox checked={keep} onChange={({ detail }) => setKeep(detail.checked)} description="The cluster can be restored from it.">Take a final snapshot</Checkbox>
      )}
      {keep && (
        <TextField label="Name of the final snapshot" errorText={nameError} value={name} set={setName} />
      )}
      <TextField label={`To confirm, type "${WORD}"`} value={typed} set={setTyped} placeholder={WORD} disabled={locked} />
    </Dialog>
  );
}
