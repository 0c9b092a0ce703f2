// Charts of what instances do, over the last minutes, live; a crash shows as a mark.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useMemo, useState } from "react";
import { crashes, gaugeLine, rateLine, ratioLine, topOf, type Point, type Sample } from "../model/figures";
import * as text from "../model/text";
import { useSamples } from "../state/samples";

const MIB = 1024 * 1024;

type Chart = { title: string; unit: string; of: (samples: readonly Sample[], instance: string) => Point[] };

const CHARTS: Chart[] = [
  { title: "Commits", unit: "per second", of: (s, i) => rateLine(s, i, "commits", stepOf(s)) },
  { title: "Conflicts", unit: "per second", of: (s, i) => addLines(rateLine(s, i, "conflicts", stepOf(s)), rateLine(s, i, "aborts", stepOf(s))) },
  { title: "Queries", unit: "per second", of: (s, i) => rateLine(s, i, "queries", stepOf(s)) },
  { title: "Lag", unit: "records not applied yet", of: (s, i) => gaugeLine(s, i, "lag") },
  { title: "Sync latency", unit: "ms per batch", of: (s, i) => ratioLine(s, i, "sync_us", "batches", stepOf(s), 1e-3) },
  { title: "Append latency", unit: "ms per batch", of: (s, i) => ratioLine(s, i, "append_us", "batches", stepOf(s), 1e-3) },
  { title: "Batch size", unit: "records per batch", of: (s, i) => ratioLine(s, i, "appended", "batches", stepOf(s)) },
  { title: "Connections", unit: "", of: (s, i) => gaugeLine(s, i, "connections") },
  { title: "CPU", unit: "percent of one core", of: (s, i) => rateLine(s, i, "cpu_ms", stepOf(s), 0.1) },
  { title: "Memory", unit: "MiB", of: (s, i) => gaugeLine(s, i, "memory_bytes", 1 / MIB) },
  { title: "Disk of the cache", unit: "MiB", of: (s, i) => gaugeLine(s, i, "cache_bytes", 1 / MIB) },
];

function stepOf(samples: readonly Sample[]): number {
  return Math.max(1, Math.round(samples.length / 60));
}

function addLines(a: readonly Point[], b: readonly Point[]): Point[] {
  const more = new Map(b.map((p) => [p.x, p.y]));
  return a.map((p) => ({ x: p.x, y: p.y + (more.get(p.x) ?? 0) }));
}

const SPANS = [
  { id: "60", text: "1 minute" },
  { id: "300", text: "5 minutes" },
  { id: "900", text: "15 minutes" },
];

export function Monitoring({ instances, cluster }: { instances: readonly string[]; cluster?: string }) {
  const all = useSamples();
  const [span, setSpan] = useState("300");
  const samples = all.slice(-Number(span));
  const marks = useMemo(() => crashes(samples, instances), [samples, instances]);
  const volume = cluster ? samples.at(-1)?.clusters[cluster]?.volume_bytes : undefined;
  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="l" alignItems="center">
        <SegmentedControl label="Span" options={SPANS} selectedId={span} onChange={({ detail }) => setSpan(detail.selectedId)} />
        {volume !== undefined && <Box>Disk of the volume: {text.bytes(volume)}</Box>}
      </SpaceBetween>
      <Grid gridDefinition={CHARTS.map(() => ({ colspan: { default: 12, s: 6, xl: 4 } }))}>
        {CHARTS.map((chart) => (
          <Figure key={chart.title} chart={chart} samples={samples} instances={instances} marks={marks} />
        ))}
      </Grid>
    </SpaceBetween>
  );
}

type FigureProps = { chart: Chart; samples: readonly Sample[]; instances: readonly string[]; marks: { t: number; instance: string }[] };

const Figure = memo(function Figure({ chart, samples, instances, marks }: FigureProps) {
  const lines = instances.map((instance) => ({ instance, points: chart.of(samples, instance) }));
  const first = samples.at(0)?.t ?? 0;
  const last = samples.at(-1)?.t ?? 1;
  return (
    <Container header={<Header variant="h3" description={chart.unit}>{chart.title}</Header>}>
      <LineChart
        height={160} hideFilter xScaleType="time" ariaLabel={chart.title} xTitle="" yTitle=""
        xDomain={[new Date(first), new Date(Math.max(last, first + 1000))]} yDomain={[0, topOf(lines.map((l) => l.points))]}
        statusType={samples.length < 3 ? "loading" : "finished"} loadingText="Waiting for figures"
        i18nStrings={{
          xTickFormatter: (when) => text.clock(when.getTime()), yTickFormatter: (y) => text.number(y, y < 10 ? 1 : 0),
          chartAriaRoleDescription: "line chart", detailPopoverDismissAriaLabel: "Close", legendAriaLabel: "Instances",
        }}
        empty={<Box textAlign="center">No figures</Box>}
        series={[
          ...lines.map(({ instance, points }) => ({
            type: "line" as const, title: instance, data: points.map((p) => ({ x: new Date(p.x), y: p.y })),
            valueFormatter: (y: number) => text.number(y, 2),
          })),
          ...marks.map((mark) => ({ type: "threshold" as const, title: `Crash of ${mark.instance}`, x: new Date(mark.t) })),
        ]}
      />
    </Container>
  );
});
