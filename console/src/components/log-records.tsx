// The newest records of the log: who wrote what, what became durable together, who lost against whom.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { batchSizes, contentOf, duels, shortName, type LogRecord } from "../model/log-records";
import * as text from "../model/text";
import { useLogRecords } from "../state/log-records";
import { Empty } from "./states";

const STATES = { opening: "Opening the log", behind: "Reading up to the end of the log", live: "", failed: "" };

export function LogRecords({ cluster, writers }: { cluster: string; writers: readonly string[] }) {
  const [running, setRunning] = useState(true);
  const [lostOnly, setLostOnly] = useState(false);
  const { news, error } = useLogRecords(cluster, running);
  const records = news?.records ?? [];
  const shown = lostOnly ? records.filter((r) => r.verdict !== "committed") : records;
  const sizes = batchSizes(records);
  const problem = error || news?.problem || "";
  const waiting = !problem && (!news || STATES[news.state] !== "");
  return (
    <Table
      items={shown.slice(0, 50)} trackBy={(r) => String(r.seqno)} variant="container" contentDensity="compact"
      loading={waiting && records.length === 0} loadingText={news ? STATES[news.state] : STATES.opening}
      ariaLabels={{ tableLabel: "Newest records" }}
      empty={<Empty title={problem || (lostOnly ? "None of the newest records lost" : "The log is empty")} />}
      columnDefinitions={[
        { id: "seqno", header: "Seqno", cell: (r) => text.number(r.seqno), isRowHeader: true, minWidth: 80 },
        { id: "time", header: "Time", cell: (r) => text.clock(r.t), minWidth: 125 },
        { id: "writer", header: "Writer", cell: (r) => <Writer name={r.writer} cluster={cluster} writers={writers} />, minWidth: 125 },
        { id: "content", header: "What", cell: (r) => <span className="record">{contentOf(r)}</span>, minWidth: 185 },
        { id: "verdict", header: "Verdict", cell: (r) => <Verdict record={r} cluster={cluster} />, minWidth: 225 },
        { id: "keys", header: "Keys", cell: (r) => text.number(r.keys), minWidth: 70 },
        { id: "bytes", header: "Size", cell: (r) => text.bytes(r.bytes), minWidth: 100 },
        { id: "batch", header: "Batch", cell: (r) => `${r.batch}${(sizes.get(r.batch) ?? 1) > 1 ? ` (${sizes.get(r.batch)} records)` : ""}`, minWidth: 130 },
      ]}
      header={
        <Header
          variant="h2" counter={records.length ? `(the last ${records.length})` : undefined}
          description="As they lie in the log. Keys are what a record claims, and what others' are compared with; records of a batch became durable together."
          actions={
            <SpaceBetween direction="horizontal" size="m" alignItems="center">
              <Toggle checked={lostOnly} onChange={({ detail }) => setLostOnly(detail.checked)}>Only what lost</Toggle>
              <Button onClick={() => setRunning(!running)} iconName={running ? "pause" : "play"}>{running ? "Pause" : "Go on"}</Button>
            </SpaceBetween>
          }
        >
          Newest records
        </Header>
      }
      footer={<Duels cluster={cluster} records={records} problem={records.length ? problem : ""} />}
    />
  );
}

function Writer({ name, cluster, writers }: { name: string; cluster: string; writers: readonly string[] }) {
  const n = writers.indexOf(name);
  return (
    <>
      <i className="dot" style={{ background: n < 0 ? "currentcolor" : `var(--writer-${(n % 4) + 1})` }} />
      {shortName(name, cluster)}
    </>
  );
}

function Verdict({ record, cluster }: { record: LogRecord; cluster: string }) {
  if (record.verdict === "committed") return <StatusIndicator type="success">Committed</StatusIndicator>;
  if (record.verdict === "refused") return <StatusIndicator type="stopped">Refused: {record.reason}</StatusIndicator>;
  return (
    <StatusIndicator type="error">
      {record.lost_to ? `Lost to ${text.number(record.lost_to.seqno)} of ${shortName(record.lost_to.writer, cluster)}` : `Lost: ${record.reason}`}
    </StatusIndicator>
  );
}

function Duels({ cluster, records, problem }: { cluster: string; records: readonly LogRecord[]; problem: string }) {
  const found = duels(records);
  if (problem) return <StatusIndicator type="warning">{problem}</StatusIndicator>;
  if (!found.length) return <Box color="text-body-secondary">Among these, no writer lost against another.</Box>;
  return (
    <Box color="text-body-secondary">
      Among these: {found.map((d) => `${shortName(d.loser, cluster)} lost ${text.count(d.count, "time")} against ${shortName(d.winner, cluster)}`).join("; ")}.
    </Box>
  );
}
