import { expect, test } from "vitest";
import { href, parseRoute } from "./route";

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
