// Try it: the demo's client inserts rows through two writers; crash them and see the count go on.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { messageOf, post } from "../api/client";
import type { Cluster, Instance } from "../api/types";
import { ClusterChoice, useChosenCluster } from "../components/cluster-choice";
import { Empty, Waits } from "../components/states";
import { TextField } from "../components/text-field";
import { TrialRows } from "../components/trial-rows";
import { TrialWriter } from "../components/trial-writer";
import { judge, type Verdict } from "../model/trial";
import * as text from "../model/text";
import { instancesOf } from "../model/tree";
import { useRegion } from "../state/region";
import { useSession } from "../state/session";
import { useTrial } from "../state/trials";

const ROWS = 100;
const PACES = [
  { value: "500", label: "Two rows a second, as in the demo" },
  { value: "100", label: "Ten rows a second" },
];

export function TryPage({ id }: { id: string }) {
  const { loaded, clusters, instances } = useRegion();
  const cluster = useChosenCluster(id);
  if (!loaded) return <Waits />;
  return (
    <ContentLayout header={<Header variant="h1" description="A client inserts a hundred rows, in turn through two writers. Crash either and watch.">Try it</Header>}>
      <SpaceBetween size="l">
        {clusters.length > 1 && <ClusterChoice page="try" id={cluster?.DBClusterIdentifier ?? ""} />}
        {cluster ? (
          <Trial key={cluster.DBClusterIdentifier} cluster={cluster} writers={instancesOf(cluster.DBClusterIdentifier, instances)} />
        ) : (
          <Container>
            <Empty title="No cluster to try">Create one with several writers first.</Empty>
          </Container>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Trial({ cluster, writers }: { cluster: Cluster; writers: readonly Instance[] }) {
  const session = useSession();
  const trial = useTrial(cluster.DBClusterIdentifier);
  const [password, setPassword] = useState("");
  const [empty, setEmpty] = useState(true);
  const [pace, setPace] = useState(PACES[0]!);
  const [error, setError] = useState("");
  // The writers of the trial, in the order that the client calls node1 and node2.
  const [used, setUsed] = useState<string[]>([]);
  const available = writers.filter((w) => w.DBInstanceStatus === "available").map((w) => w.DBInstanceIdentifier);
  const pair = used.length ? used : writers.map((w) => w.DBInstanceIdentifier).slice(0, 2);
  const verdict = judge(trial.lines);
  const start = async () => {
    setError("");
    const chosen = available.slice(0, 2);
    try {
      await post("/console/trial", {
        cluster: cluster.DBClusterIdentifier, password, rows: ROWS, interval_ms: pace.value, empty,
        ...Object.fromEntries(chosen.map((w, n) => [`writer.${n + 1}`, w])),
      });
      setUsed(chosen);
      setPassword(""); // it is not kept
    } catch (e) {
      setError(messageOf(e));
    }
  };
  const stop = () => post("/console/trial/stop", { cluster: cluster.DBClusterIdentifier }).catch((e: unknown) => setError(messageOf(e)));
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2" description="It uses the table course of the database demo, which has no primary key."
            actions={trial.running && <Button onClick={() => void stop()}>Stop</Button>}
          >
            Client
          </Header>
        }
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (password && !trial.running) void start();
          }}
        >
          <SpaceBetween size="m">
            {!trial.running && (
              <ColumnLayout columns={3}>
                <TextField label={`Password of ${cluster.MasterUsername}`} description="The client needs it; it is not kept." type="password" autoComplete="off" value={password} set={setPassword} />
                <FormField label="Pace">
                  <Select options={PACES} selectedOption={pace} onChange={({ detail }) => setPace(PACES.find((p) => p.value === detail.selectedOption.value) ?? pace)} />
                </FormField>
                <Checkbox checked={empty} onChange={({ detail }) => setEmpty(detail.checked)} description="Then the count ends at 100.">Begin with an empty table</Checkbox>
              </ColumnLayout>
            )}
            {!trial.running && (
              <Button variant="primary" formAction="submit" disabled={!password || available.length === 0 || session.read_only}>Insert {ROWS} rows</Button>
            )}
            {(error || trial.problem || verdict.failure) && <Alert type="error">{error || verdict.failure || trial.problem}</Alert>}
            {trial.number > 0 && <Outcome verdict={verdict} running={trial.running} pace={Number(pace.value)} />}
          </SpaceBetween>
        </form>
      </Container>
      <ColumnLayout columns={2}>
        {pair.map((name, n) => {
          const writer = writers.find((w) => w.DBInstanceIdentifier === name);
          return writer && <TrialWriter key={name} writer={writer} node={`node${n + 1}`} verdict={verdict} />;
        })}
      </ColumnLayout>
      {trial.number > 0 && <TrialRows verdict={verdict} names={pair} total={ROWS} />}
    </SpaceBetween>
  );
}

function Outcome({ verdict, running, pace }: { verdict: Verdict; running: boolean; pace: number }) {
  const done = verdict.rows.length;
  return (
    <SpaceBetween size="m">
      <ProgressBar
        label="Rows acknowledged" value={(done / ROWS) * 100} additionalInfo={`${done} of ${ROWS}`}
        status={running ? "in-progress" : done === ROWS ? "success" : "error"}
        resultText={done === ROWS ? `All ${ROWS} rows are in` : `${done} of ${ROWS} rows are in`}
      />
      <ColumnLayout columns={3} variant="text-grid">
        <Big label="select count(*) from course" value={text.number(verdict.count)} note="as the client counted last" id="count" />
        <Big label="Longest time between two rows" value={done > 1 ? `${text.number(verdict.longestGap, 2)} s` : "-"} note={`${pace / 1000} s is the client's own pace`} />
        <Big label="Rows that the other writer took" value={text.number(verdict.rows.filter((r) => r.moved).length)} />
      </ColumnLayout>
    </SpaceBetween>
  );
}

function Big({ label, value, note, id }: { label: string; value: string; note?: string; id?: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <Box fontSize="display-l" fontWeight="bold"><span id={id}>{value}</span></Box>
      {note && <Box color="text-body-secondary" fontSize="body-s">{note}</Box>}
    </div>
  );
}
