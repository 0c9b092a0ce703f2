import { expect, test } from "vitest";
import { href, parseRoute, sectionOf, titleOf, trailOf } from "./route";

test("an address leads to the page it was made of", () => {
  for (const [page, id, tab] of [["databases", "", ""], ["cluster", "db-1", "monitoring"], ["security-group", "a/b #?%", ""]] as const) {
    expect(parseRoute(href(page, id, tab))).toEqual({ page, id, tab });
  }
});

test("what somebody typed is no error", () => {
  expect(parseRoute("")).toEqual({ page: "databases", id: "", tab: "" });
  expect(parseRoute("#/cluster/%zz")).toEqual({ page: "cluster", id: "%zz", tab: "" });
  expect(parseRoute("#//")).toEqual({ page: "databases", id: "", tab: "" });
});

test("a page is called as what it shows, and leads to the one above it", () => {
  const route = parseRoute("#/cluster/db-1/monitoring");
  expect(titleOf(route)).toBe("db-1");
  expect(trailOf(route)).toEqual([{ text: "Databases", href: "#/databases" }, { text: "db-1", href: "#/cluster/db-1" }]);
  expect(trailOf(parseRoute("#/log/db-1")).map((t) => t.text)).toEqual(["The log, live", "db-1"]);
  expect(sectionOf(route)).toBe("databases");
  for (const nowhere of ["#/nowhere", "#/constructor", "#/__proto__/x"]) expect(titleOf(parseRoute(nowhere))).toBe("Nothing here");
});
