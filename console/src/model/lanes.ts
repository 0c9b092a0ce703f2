// The log, second by second: what each writer appended, what it lost, how far each is.
import { latest, rate, type Sample } from "./figures";

export type Cell = { t: number; appended: number; conflicts: number; up: boolean };
export type Lane = { instance: string; up: boolean; seqno: number | undefined; lag: number | undefined; cells: Cell[] };
export type Log = { head: number | undefined; perSecond: number; batchesPerSecond: number; conflictsPerSecond: number; peak: number; lanes: Lane[] };

export const LANE_SECONDS = 60;

// Over the last LANE_SECONDS samples, oldest first.
export function logOf(samples: readonly Sample[], instances: readonly string[]): Log {
  const recent = samples.slice(-LANE_SECONDS - 1);
  const heads = instances.map((i) => latest(samples, i, "seqno")).filter((s): s is number => s !== undefined && s > 0);
  const head = heads.length ? Math.max(...heads) : undefined;
  const lanes = instances.map((instance) => laneOf(recent, instance));
  const last = recent.at(-1);
  const before = recent.at(-4) ?? recent.at(0);
  const sum = (figure: string) =>
    last && before && last !== before ? instances.reduce((total, i) => total + (rate(before, last, i, figure) ?? 0), 0) : 0;
  return {
    head,
    perSecond: sum("appended"),
    batchesPerSecond: sum("batches"),
    conflictsPerSecond: sum("conflicts") + sum("aborts"),
    peak: Math.max(1, ...lanes.flatMap((lane) => lane.cells.map((c) => c.appended))),
    lanes,
  };
}

function laneOf(recent: readonly Sample[], instance: string): Lane {
  const cells: Cell[] = [];
  let served = recent[0]?.instances[instance]?.up === true; // before that it is being made, not down
  for (let n = 1; n < recent.length; n++) {
    const [a, b] = [recent[n - 1]!, recent[n]!];
    const up = b.instances[instance]?.up === true;
    served = served || up;
    cells.push({
      t: b.t,
      appended: rate(a, b, instance, "appended") ?? 0,
      conflicts: (rate(a, b, instance, "conflicts") ?? 0) + (rate(a, b, instance, "aborts") ?? 0),
      up: up || !served,
    });
  }
  return {
    instance,
    up: recent.at(-1)?.instances[instance]?.up === true,
    seqno: latest(recent, instance, "seqno"),
    lag: latest(recent, instance, "lag"),
    cells,
  };
}
