// Snapshots: taking, copying, deleting.
import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import { rds } from "../api/client";
import { TextField } from "../components/text-field";
import { identifierProblem } from "../model/validate";
import { useNotices } from "../state/notices";
import { useRegion } from "../state/region";
import { Dialog } from "./dialog";

function useSnapshotName(): [string, (name: string) => void, string] {
  const { snapshots } = useRegion();
  const [name, setName] = useState("");
  return [name, setName, identifierProblem(name, snapshots.map((s) => s.DBClusterSnapshotIdentifier))];
}

export function TakeSnapshotDialog({ cluster, onClose }: { cluster: string; onClose: () => void }) {
  const { say } = useNotices();
  const [name, setName, problem] = useSnapshotName();
  return (
    <Dialog
      title={`Take a snapshot of ${cluster}`} go="Take snapshot" disabled={problem !== ""} onClose={onClose}
      submit={async () => {
        await rds("CreateDBClusterSnapshot", { DBClusterIdentifier: cluster, DBClusterSnapshotIdentifier: name });
        say("info", `The snapshot ${name} is being taken`);
      }}
    >
      <TextField label="Snapshot name" errorText={name ? problem : ""} description="It holds everything that is committed when you ask for it, and outlives the cluster." value={name} set={setName} />
    </Dialog>
  );
}

export function CopySnapshotDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { say } = useNotices();
  const [name, setName, problem] = useSnapshotName();
  return (
    <Dialog
      title={`Copy ${id}`} go="Copy" disabled={problem !== ""} onClose={onClose}
      submit={async () => {
        await rds("CopyDBClusterSnapshot", { SourceDBClusterSnapshotIdentifier: id, TargetDBClusterSnapshotIdentifier: name });
        say("info", `The snapshot ${name} is being made`);
      }}
    >
      <TextField label="Name of the copy" errorText={name ? problem : ""} value={name} set={setName} />
    </Dialog>
  );
}

export function DeleteSnapshotDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { say } = useNotices();
  return (
    <Dialog
      title={`Delete the snapshot ${id}?`} go="Delete" onClose={onClose}
      submit={async () => {
        await rds("DeleteDBClusterSnapshot", { DBClusterSnapshotIdentifier: id });
        say("info", `The snapshot ${id} is deleted`);
      }}
    >
      <Box>It cannot be restored from then on.</Box>
    </Dialog>
  );
}
