import { expect, test } from "vitest";
import { judge, NO_TRIAL, withNews, type Line } from "./trial";

const ack = (row: number, t: number, node: string): Line => ({ event: "ack", t, node, row });

test("who took each row, and which rows the other writer took", () => {
  const verdict = judge([ack(0, 1, "node1"), ack(1, 1.5, "node2"), ack(2, 2.3, "node2"), { event: "count", t: 2.4, node: "", count: 3 }]);
  expect(verdict.perNode).toEqual({ node1: 1, node2: 2 });
  expect(verdict.rows.map((r) => r.moved)).toEqual([false, false, true]);
  expect(verdict.longestGap).toBeCloseTo(0.8);
  expect(verdict.gapAt).toBe(2);
  expect(verdict.count).toBe(3);
});

test("an outage lasts from down to up", () => {
  const verdict = judge([{ event: "down", t: 1, node: "node1" }, { event: "up", t: 3, node: "node2" }, { event: "up", t: 4, node: "node1" }, { event: "down", t: 5, node: "node1" }]);
  expect(verdict.outages).toEqual([{ node: "node1", from: 1, until: 4 }, { node: "node1", from: 5, until: undefined }]);
});

test("a failure and the end are told", () => {
  const verdict = judge([{ event: "failed", t: 1, node: "", message: "no" }, { event: "end", t: 2, node: "", acknowledged: 0 }]);
  expect([verdict.ended, verdict.failure]).toEqual([true, "no"]);
});

test("news are added once, in order, and a new trial begins anew", () => {
  const first = { cluster: "c", trial: 1, running: true, problem: "", from: 0, lines: [ack(0, 1, "node1")] };
  const one = withNews(NO_TRIAL, first);
  expect(withNews(one, first).lines).toHaveLength(1);
  expect(withNews(one, { ...first, from: 1, lines: [ack(1, 2, "node2")] }).lines).toHaveLength(2);
  expect(withNews(one, { ...first, from: 5, lines: [ack(5, 2, "node2")] })).toBe(one);
  expect(withNews(one, { ...first, trial: 2, lines: [] }).lines).toHaveLength(0);
});
