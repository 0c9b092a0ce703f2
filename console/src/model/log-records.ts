// The newest records of the log, as the daemon tells them.

export type TableChange = { table: string; inserts: boolean; updates: boolean; deletes: boolean };

export type LogRecord = {
  seqno: number;
  batch: string; // records of one batch became durable together
  index: number;
  t: number; // milliseconds since 1970
  writer: string;
  kind: "transaction" | "statement" | "part" | "rollback" | "membership";
  verdict: "committed" | "lost" | "refused";
  reason?: string;
  lost_to?: { seqno: number; writer: string };
  keys: number;
  bytes: number;
  tables: TableChange[];
  more_tables?: number;
  text: string;
};

export type LogNews = {
  log: string; // another one: all that was told before is of another cluster
  state: "opening" | "behind" | "live" | "failed";
  head: number;
  problem?: string;
  records: LogRecord[];
};

export const RECORDS_MAX = 100;

// What is known with what is told now; newest first.
export function withNews(known: LogNews | undefined, news: LogNews): LogNews {
  const old = known?.log === news.log ? known.records : [];
  const newest = old[0]?.seqno ?? 0;
  const added = news.records.filter((r) => r.seqno > newest).reverse();
  return { ...news, records: added.length ? [...added, ...old].slice(0, RECORDS_MAX) : old };
}

const CHANGES: [keyof TableChange, string][] = [["inserts", "insert"], ["updates", "update"], ["deletes", "delete"]];

// "insert, update demo.course; delete demo.old"
export function contentOf(record: LogRecord): string {
  const tables = record.tables.map((t) => `${CHANGES.filter(([field]) => t[field]).map(([, word]) => word).join(", ")} ${t.table}`);
  if (record.more_tables) tables.push(`${record.more_tables} more`);
  return [record.text, ...tables].filter(Boolean).join("; ") || "no row";
}

// How many of the records that are shown each record's batch has.
export function batchSizes(records: readonly LogRecord[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const record of records) sizes.set(record.batch, (sizes.get(record.batch) ?? 0) + 1);
  return sizes;
}

// Who lost against whom, of the records that are shown; most first.
export type Duel = { loser: string; winner: string; count: number };
export function duels(records: readonly LogRecord[]): Duel[] {
  const found = new Map<string, Duel>();
  for (const record of records) {
    if (record.verdict !== "lost" || !record.lost_to) continue;
    const key = `${record.writer}\n${record.lost_to.writer}`;
    const duel = found.get(key) ?? { loser: record.writer, winner: record.lost_to.writer, count: 0 };
    found.set(key, { ...duel, count: duel.count + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

// "shop-instance-1" of the cluster shop is "instance-1"; a name of another kind stays.
export function shortName(instance: string, cluster: string): string {
  const short = instance.startsWith(`${cluster}-`) ? instance.slice(cluster.length + 1) : "";
  return short || instance;
}
