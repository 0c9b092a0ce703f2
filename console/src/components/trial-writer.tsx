// One writer of a trial: what it took, how it is, and the button that crashes it.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { rds } from "../api/client";
import type { Instance } from "../api/types";
import { latest } from "../model/figures";
import type { Verdict } from "../model/trial";
import * as text from "../model/text";
import { useNotices } from "../state/notices";
import { useSamples } from "../state/samples";
import { useSession } from "../state/session";
import { endpointOf } from "./members";

export function TrialWriter({ writer, node, verdict }: { writer: Instance; node: string; verdict: Verdict }) {
  const session = useSession();
  const { fail } = useNotices();
  const [busy, setBusy] = useState(false);
  const samples = useSamples();
  const id = writer.DBInstanceIdentifier;
  const up = samples.at(-1)?.instances[id]?.up === true;
  const recovery = latest(samples, id, "recovery_ms");
  const outages = verdict.outages.filter((o) => o.node === node);
  const last = outages.at(-1);
  const crash = async () => {
    setBusy(true);
    await rds("CrashDBInstance", { DBInstanceIdentifier: id }).catch((e: unknown) => fail(`${id} could not be crashed`, e));
    setBusy(false);
  };
  return (
    <Container
      header={
        <Header variant="h3" description={endpointOf(writer)} actions={<Button loading={busy} disabled={!up || session.read_only} ariaLabel={`Crash ${id}`} onClick={() => void crash()}>Crash</Button>}>
          {id}
        </Header>
      }
    >
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Server", value: <StatusIndicator type={up ? "success" : "error"}>{up ? "Accepts writes" : "Down"}</StatusIndicator> },
          { label: "Rows that it took", value: text.number(verdict.perNode[node] ?? 0) },
          { label: "Last recovery", value: recovery === undefined ? "-" : `${text.number(recovery / 1000, 2)} s` },
          { label: "Away from the client", value: last === undefined ? "-" : last.until === undefined ? "Now" : `${text.number(last.until - last.from, 2)} s` },
        ]}
      />
    </Container>
  );
}
