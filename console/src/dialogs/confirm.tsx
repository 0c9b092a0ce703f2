// Reboot and crash of an instance, start and stop of a cluster.
import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { rds } from "../api/client";
import { useNotices } from "../state/notices";
import { Dialog } from "./dialog";

type Props = { id: string; onClose: () => void };

export function RebootDialog({ id, onClose }: Props) {
  const { say } = useNotices();
  const [forced, setForced] = useState(false);
  const submit = async () => {
    await rds("RebootDBInstance", { DBInstanceIdentifier: id, ForceFailover: String(forced) });
    say("info", `${id} is being rebooted`);
  };
  return (
    <Dialog title={`Reboot ${id}?`} go="Reboot" submit={submit} onClose={onClose}>
      <SpaceBetween size="m">
        <Box>Its clients may end their transactions, then the server is started anew. The other writers go on.</Box>
        <Checkbox checked={forced} onChange={({ detail }) => setForced(detail.checked)} description="Open transactions are rolled back; nothing that was acknowledged is lost.">
          Kill it instead
        </Checkbox>
      </SpaceBetween>
    </Dialog>
  );
}

export function CrashDialog({ id, onClose }: Props) {
  const { say } = useNotices();
  const submit = async () => {
    await rds("CrashDBInstance", { DBInstanceIdentifier: id });
    say("info", `${id} was crashed`, "It comes back by itself. Watch its status and events.");
  };
  return (
    <Dialog title={`Crash ${id}?`} go="Crash" submit={submit} onClose={onClose}>
      <Box>
        For testing: the server dies at once, as by ALTER SYSTEM CRASH. Connections to it break; nothing that was
        acknowledged is lost, the other writers go on, and it comes back by itself.
      </Box>
    </Dialog>
  );
}

export function StartStopDialog({ id, start, onClose }: Props & { start: boolean }) {
  const { say } = useNotices();
  const submit = async () => {
    await rds(start ? "StartDBCluster" : "StopDBCluster", { DBClusterIdentifier: id });
    say("info", start ? `${id} is being started` : `${id} is being stopped`);
  };
  return (
    <Dialog title={start ? `Start ${id}?` : `Stop ${id}?`} go={start ? "Start" : "Stop"} submit={submit} onClose={onClose}>
      <Box>
        {start
          ? "Its instances serve again under the same addresses."
          : "Its instances end, and run no process until the cluster is started again. Nothing of the data is lost."}
      </Box>
    </Dialog>
  );
}
