import { expect, test } from "vitest";
import { append, cpuPercent, crashes, gaugeLine, latestRate, rate, rateLine, ratioLine, SAMPLES_MAX, type Sample } from "./figures";

const sample = (t: number, figures: Record<string, number>): Sample => ({ t, instances: { w: { up: true, ...figures } }, clusters: {} });

test("samples stay in order, without doubles, and no more than are wanted", () => {
  const one = [sample(1000, {})];
  expect(append(one, sample(1000, {}))).toBe(one);
  expect(append(one, sample(500, {}))).toBe(one);
  let many: Sample[] = [];
  for (let t = 1; t <= SAMPLES_MAX + 5; t++) many = append(many, sample(t, {}));
  expect(many).toHaveLength(SAMPLES_MAX);
  expect(many[0]!.t).toBe(6);
});

test("a rate is per second, and none where a counter began anew or is missing", () => {
  expect(rate(sample(0, { commits: 10 }), sample(2000, { commits: 30 }), "w", "commits")).toBe(10);
  expect(rate(sample(0, { commits: 10 }), sample(2000, { commits: 3 }), "w", "commits")).toBeUndefined();
  expect(rate(sample(0, {}), sample(2000, { commits: 3 }), "w", "commits")).toBeUndefined();
  expect(rate(sample(0, { commits: 1 }), sample(2000, { commits: 3 }), "other", "commits")).toBeUndefined();
});

test("CPU is a share of one core", () => {
  expect(cpuPercent([sample(0, { cpu_ms: 0 }), sample(1000, { cpu_ms: 500 })], "w")).toBe(50);
  expect(cpuPercent([sample(0, { cpu_ms: 0 })], "w")).toBeUndefined();
  expect(latestRate([], "w", "cpu_ms")).toBeUndefined();
});

test("lines leave gaps where nothing is known", () => {
  const samples = [sample(0, { commits: 0, lag: 1 }), sample(1000, { commits: 5 }), sample(2000, { commits: 1, lag: 2 }), sample(3000, { commits: 4, lag: 3 })];
  expect(gaugeLine(samples, "w", "lag")).toEqual([{ x: 0, y: 1 }, { x: 2000, y: 2 }, { x: 3000, y: 3 }]);
  expect(rateLine(samples, "w", "commits", 1)).toEqual([{ x: 1000, y: 5 }, { x: 3000, y: 3 }]);
});

test("a ratio is of what grew", () => {
  const samples = [sample(0, { sync_us: 0, batches: 0 }), sample(1000, { sync_us: 600, batches: 3 }), sample(2000, { sync_us: 600, batches: 3 })];
  expect(ratioLine(samples, "w", "sync_us", "batches", 1)).toEqual([{ x: 1000, y: 200 }]);
});

test("each crash is marked once, if it lies in the picture", () => {
  const samples = [sample(1000, { crash_ms: 500 }), sample(2000, { crash_ms: 1500 }), sample(3000, { crash_ms: 1500 })];
  expect(crashes(samples, ["w"])).toEqual([{ t: 1500, instance: "w" }]);
});
