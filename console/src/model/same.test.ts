import { expect, test } from "vitest";
import { sameWhereEqual } from "./same";

const world = () => ({ clusters: [{ id: "a", tags: ["x"] }, { id: "b", tags: [] }], none: null });

test("what is equal is the same object, all of it or in part", () => {
  const before = world();
  expect(sameWhereEqual(before, world())).toBe(before);
  const after = world();
  after.clusters[1]!.id = "c";
  const merged = sameWhereEqual(before, after);
  expect(merged).toEqual(after);
  expect(merged.clusters[0]).toBe(before.clusters[0]);
  expect(merged.clusters[1]).not.toBe(before.clusters[1]);
});

test("what came, went or became another kind is as it is now", () => {
  for (const [before, after] of [[[1, 2], [1]], [[1], [1, 2]], [{ a: 1 }, {}], [{}, { a: 1 }], [{ a: undefined }, { b: undefined }], [[], {}], [null, {}], [{}, null], ["1", 1]]) {
    expect(sameWhereEqual<unknown>(before, after)).toEqual(after);
  }
});
