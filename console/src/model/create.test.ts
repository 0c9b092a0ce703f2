import { expect, test } from "vitest";
import { cliCommands, clusterFields, portOf, DEFAULTS, instanceFields, instanceNames, problemsOf, quote, type CreateForm } from "./create";
import { generatePassword } from "./password";
import { passwordProblem } from "./validate";

const NONE = { clusters: [], instances: [], groups: [] };
const FORM: CreateForm = { ...DEFAULTS, identifier: "db-1", password: "long-enough", confirmation: "long-enough" };

test("the demo's form is complete with name and password", () => {
  expect(problemsOf(FORM, NONE)).toEqual({});
  expect(problemsOf(DEFAULTS, NONE)).toHaveProperty("identifier");
});

test("names that are taken are told, those of the instances too", () => {
  expect(problemsOf(FORM, { ...NONE, clusters: ["db-1"] }).identifier).toContain("already");
  expect(problemsOf(FORM, { ...NONE, instances: ["db-1-instance-2"] }).identifier).toContain("db-1-instance-2");
  expect(problemsOf({ ...FORM, identifier: "a".repeat(60) }, NONE).identifier).toContain("Too long");
  expect(problemsOf(FORM, { ...NONE, groups: ["db-1-clients"] })).toHaveProperty("groupName");
});

test("what easy create hides is not complained of", () => {
  const odd = { ...FORM, port: "1", retentionDays: "99", newGroup: false };
  expect(Object.keys(problemsOf(odd, NONE)).sort()).toEqual(["groups", "port", "retentionDays"]);
  expect(problemsOf({ ...odd, easy: true }, NONE)).toEqual({});
});

test("the rule of a new group opens the port that the cluster gets", () => {
  const form = { ...FORM, port: "3400", defaultPort: 3307 };
  expect([clusterFields(form, "p", []).Port, portOf(form)]).toEqual(["3400", 3400]);
  expect([clusterFields({ ...form, easy: true }, "p", []).Port, portOf({ ...form, easy: true })]).toEqual([undefined, 3307]);
});

test("multiple writers are an engine mode and as many instances", () => {
  const fields = clusterFields({ ...FORM, writers: 3, tags: [{ key: "k", value: "v" }] }, "secret-word", ["sg-1"]);
  expect(fields).toMatchObject({
    DBClusterIdentifier: "db-1", EngineMode: "multimaster", MasterUserPassword: "secret-word",
    "VpcSecurityGroupIds.VpcSecurityGroupId.1": "sg-1", "Tags.Tag.1.Key": "k", Port: "3306",
  });
  expect(instanceNames({ ...FORM, writers: 3 })).toHaveLength(3);
  expect(instanceFields(FORM, "x")).toMatchObject({ DBInstanceIdentifier: "x", DBClusterIdentifier: "db-1" });
  const one = { ...FORM, multipleWriters: false };
  expect(clusterFields(one, "p", []).EngineMode).toBeUndefined();
  expect(instanceNames(one)).toEqual(["db-1-instance-1"]);
});

test("the commands never hold the password and quote what is odd", () => {
  const text = cliCommands({ ...FORM, tags: [{ key: "it's", value: "$(x)" }] }, "http://127.0.0.1:8300", "us-east-1");
  expect(text).not.toContain("long-enough");
  expect(text).toContain("--engine-mode multimaster");
  expect(text).toContain(`'Key=it'\\''s,Value=$(x)'`);
  expect(quote("a b")).toBe("'a b'");
});

test("generated passwords are taken and differ", () => {
  const random = (bytes: Uint8Array) => bytes.map(() => Math.floor(Math.random() * 256));
  const some = Array.from({ length: 100 }, () => generatePassword(random));
  expect(some.every((p) => passwordProblem(p) === "")).toBe(true);
  expect(new Set(some).size).toBe(100);
});
