import { expect, test } from "vitest";
import * as rules from "./validate";

test("identifiers are the API's", () => {
  for (const good of ["a", "db-1", "A".repeat(63)]) expect(rules.identifierProblem(good)).toBe("");
  for (const bad of ["", "1a", "-a", "a-", "a--b", "a_b", "ä", "A".repeat(64)]) expect(rules.identifierProblem(bad)).not.toBe("");
  expect(rules.identifierProblem("DB", ["db"])).toContain("already");
});

test("users and passwords are the API's", () => {
  expect(rules.userProblem("admin")).toBe("");
  for (const bad of ["", "1a", "a b", "a".repeat(17)]) expect(rules.userProblem(bad)).not.toBe("");
  expect(rules.passwordProblem("cloudacademy")).toBe("");
  for (const bad of ["short", "with blank", 'quote"quote', "at@at@at@", "slash/slash", "x".repeat(42), "ümlautümlaut"]) {
    expect(rules.passwordProblem(bad)).not.toBe("");
  }
});

test("ports and blocks of addresses", () => {
  expect(rules.portProblem("3306")).toBe("");
  for (const bad of ["", "1149", "65536", "3306.5", "-1", "x"]) expect(rules.portProblem(bad)).not.toBe("");
  for (const good of ["0.0.0.0/0", "127.0.0.0/8", "10.1.2.3/32"]) expect(rules.cidrProblem(good)).toBe("");
  for (const bad of ["", "10.0.0.0", "10.0.0/8", "256.0.0.0/8", "10.0.0.0/33", "::/0"]) expect(rules.cidrProblem(bad)).not.toBe("");
});

test("tags", () => {
  expect(rules.tagsProblem([{ key: "a", value: "" }])).toBe("");
  expect(rules.tagsProblem([{ key: "", value: "x" }])).not.toBe("");
  expect(rules.tagsProblem([{ key: "a", value: "1" }, { key: "a", value: "2" }])).toContain("twice");
  expect(rules.tagsProblem([{ key: "a", value: "x".repeat(257) }])).not.toBe("");
});
