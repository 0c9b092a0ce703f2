// A trial: what the demo's insert client journaled, and what it says about the cluster.

export type Line = {
  event: "attempt" | "ack" | "error" | "down" | "up" | "count" | "failed" | "end";
  t: number; // seconds of the client's own clock
  node: string; // "node1", "node2", ""
  row?: number;
  title?: string;
  message?: string;
  count?: number;
  acknowledged?: number;
};

export type News = { cluster: string; trial: number; running: boolean; problem: string; from: number; lines: Line[] };

export type Trial = { number: number; running: boolean; problem: string; lines: Line[] };

export const NO_TRIAL: Trial = { number: 0, running: false, problem: "", lines: [] };

// The trial with what the stream brought; news of a later trial begin anew, repeated ones change nothing.
export function withNews(trial: Trial, news: News): Trial {
  const known = news.trial === trial.number ? trial.lines.slice(0, news.from) : [];
  if (known.length < news.from) return trial; // something between was missed; the stream begins anew
  return { number: news.trial, running: news.running, problem: news.problem, lines: [...known, ...news.lines] };
}

export type Row = { row: number; t: number; node: string; moved: boolean };
export type Outage = { node: string; from: number; until: number | undefined };

export type Verdict = {
  rows: Row[]; // acknowledged, in order
  perNode: Record<string, number>;
  count: number | undefined; // of the table, as it was read last
  longestGap: number; // seconds between two acknowledged rows
  gapAt: number | undefined;
  outages: Outage[];
  ended: boolean;
  failure: string;
};

export function judge(lines: readonly Line[]): Verdict {
  const verdict: Verdict = { rows: [], perNode: {}, count: undefined, longestGap: 0, gapAt: undefined, outages: [], ended: false, failure: "" };
  for (const line of lines) {
    if (line.event === "ack" && line.row !== undefined) noteRow(verdict, line, line.row);
    if (line.event === "count") verdict.count = line.count;
    if (line.event === "down") verdict.outages.push({ node: line.node, from: line.t, until: undefined });
    if (line.event === "up") {
      const open = verdict.outages.find((o) => o.node === line.node && o.until === undefined);
      if (open) open.until = line.t;
    }
    if (line.event === "failed") verdict.failure = line.message ?? "";
    if (line.event === "end") verdict.ended = true;
  }
  return verdict;
}

function noteRow(verdict: Verdict, line: Line, row: number): void {
  const last = verdict.rows.at(-1);
  const gap = last ? line.t - last.t : 0;
  if (gap > verdict.longestGap) {
    verdict.longestGap = gap;
    verdict.gapAt = row;
  }
  verdict.rows.push({ row, t: line.t, node: line.node, moved: line.node !== `node${(row % 2) + 1}` });
  verdict.perNode[line.node] = (verdict.perNode[line.node] ?? 0) + 1;
}
