import { expect, test } from "vitest";
import type { Cluster, EngineVersion } from "../api/types";
import { formOf, hasChoice, modifyProblems, modifyRequest, versionsFor, waitingOf } from "./modify";

const CLUSTER = {
  DBClusterIdentifier: "c", Engine: "aurora", EngineVersion: "5.6.10a", VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }], Port: 3306,
  DBClusterParameterGroup: "default", BackupRetentionPeriod: 1, PreferredBackupWindow: "03:00-03:30", PreferredMaintenanceWindow: "sun:04:00-sun:04:30",
  DeletionProtection: false,
} as Cluster;
const WAITS = { ...CLUSTER, PendingModifiedValues: { MasterUserPassword: "****", EngineVersion: "10.11" } };
const FORM = formOf(CLUSTER);

test("what was not changed is not sent", () => {
  expect(modifyRequest(FORM, CLUSTER)).toBeUndefined();
  expect(modifyRequest({ ...FORM, now: true }, CLUSTER)).toBeUndefined(); // nothing that could come now
  expect(modifyRequest(formOf(WAITS), WAITS)).toBeUndefined();
  const sent = Object.entries(modifyRequest({ ...FORM, port: "3307", groups: ["sg-1", "sg-2"], deletionProtection: true }, CLUSTER) ?? {});
  expect(Object.fromEntries(sent.filter(([, v]) => v !== undefined))).toEqual({
    DBClusterIdentifier: "c", Port: "3307", DeletionProtection: true, "VpcSecurityGroupIds.VpcSecurityGroupId.1": "sg-1", "VpcSecurityGroupIds.VpcSecurityGroupId.2": "sg-2",
  });
});

test("a password and a version wait for the window unless they are to come now", () => {
  expect(hasChoice(FORM, CLUSTER)).toBe(false);
  expect(hasChoice({ ...FORM, port: "3307" }, CLUSTER)).toBe(false);
  for (const form of [{ ...FORM, password: "another-one" }, { ...FORM, version: "10.11" }]) {
    expect(hasChoice(form, CLUSTER)).toBe(true);
    expect(modifyRequest(form, CLUSTER)?.ApplyImmediately).toBeUndefined();
    expect(modifyRequest({ ...form, now: true }, CLUSTER)?.ApplyImmediately).toBe(true);
  }
  expect(modifyRequest({ ...FORM, version: "10.11" }, CLUSTER)).toMatchObject({ EngineVersion: "10.11", AllowMajorVersionUpgrade: true });
});

test("what waits is told, and can be had now", () => {
  expect(waitingOf(CLUSTER)).toEqual([]);
  expect(waitingOf(WAITS)).toEqual(["Version 10.11", "A new master password"]);
  const sent = modifyRequest({ ...formOf(WAITS), now: true }, WAITS);
  expect(sent).toMatchObject({ ApplyImmediately: true });
  expect(sent?.EngineVersion).toBeUndefined();
  expect(modifyRequest({ ...formOf(WAITS), version: "5.6.10a" }, WAITS)?.EngineVersion).toBe("5.6.10a"); // taken back
});

test("what is wrong is told by field", () => {
  expect(modifyProblems(FORM)).toEqual({});
  const bad = { ...FORM, password: "short", groups: [], port: "1", retentionDays: "0", backupWindow: "x", maintenanceWindow: "x" };
  expect(Object.keys(modifyProblems(bad)).sort()).toEqual(["backupWindow", "groups", "maintenanceWindow", "password", "port", "retentionDays"]);
});

test("versions are those that the API names as targets", () => {
  const engines = [
    { Engine: "aurora", EngineVersion: "5.6.10a", DBEngineVersionDescription: "", ValidUpgradeTarget: [{ EngineVersion: "10.11" }] },
    { Engine: "aurora", EngineVersion: "10.11", DBEngineVersionDescription: "", ValidUpgradeTarget: [] },
  ] as EngineVersion[];
  expect(versionsFor(CLUSTER, engines)).toEqual(["5.6.10a", "10.11"]);
  expect(versionsFor({ ...CLUSTER, EngineVersion: "10.11" }, engines)).toEqual(["10.11"]);
  expect(versionsFor(CLUSTER, [])).toEqual(["5.6.10a"]);
});
