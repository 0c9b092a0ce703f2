import { expect, test } from "vitest";
import type { Sample } from "./figures";
import { LANE_SECONDS, logOf } from "./lanes";

const sample = (t: number, a: Record<string, number>, b: Record<string, number>, up = true): Sample => ({
  t, instances: { a: { up, ...a }, b: { up: true, ...b } }, clusters: {},
});

test("each writer's records are in its lane, and the head is the furthest of all", () => {
  const log = logOf([
    sample(0, { seqno: 10, appended: 0, conflicts: 0, aborts: 0 }, { seqno: 9, appended: 5 }),
    sample(1000, { seqno: 14, appended: 3, conflicts: 1, aborts: 1 }, { seqno: 12, appended: 6 }),
  ], ["a", "b"]);
  expect(log.head).toBe(14);
  expect(log.lanes.map((l) => [l.seqno, l.cells[0]!.appended, l.cells[0]!.conflicts])).toEqual([[14, 3, 2], [12, 1, 0]]);
  expect(log.perSecond).toBe(4);
  expect(log.conflictsPerSecond).toBe(2);
  expect(log.peak).toBe(3);
});

test("a writer that was down has a gap, no negative counts", () => {
  const log = logOf([sample(0, { appended: 100 }, {}), sample(1000, {}, {}, false), sample(2000, { appended: 2 }, {})], ["a", "b"]);
  expect(log.lanes[0]!.cells.map((c) => [c.appended, c.up])).toEqual([[0, false], [0, true]]);
});

test("no more seconds than are shown, and nothing of nothing", () => {
  const many = Array.from({ length: 200 }, (_, n) => sample(n * 1000, { appended: n }, {}));
  expect(logOf(many, ["a"]).lanes[0]!.cells).toHaveLength(LANE_SECONDS);
  expect(logOf([], ["a"]).head).toBeUndefined();
});
