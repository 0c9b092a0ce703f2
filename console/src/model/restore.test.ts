import { expect, test } from "vitest";
import type { Cluster, Snapshot } from "../api/types";
import { momentProblem, momentText, parseMoment, restoreRequest } from "./restore";

const cluster = { DBClusterIdentifier: "c", EngineMode: "multimaster" } as Cluster;

test("each source has its request", () => {
  const snapshot = { DBClusterSnapshotIdentifier: "s", Engine: "aurora" } as Snapshot;
  expect(restoreRequest({ kind: "snapshot", snapshot }, "n", "", ["sg-1"])).toEqual({
    action: "RestoreDBClusterFromSnapshot",
    fields: { DBClusterIdentifier: "n", SnapshotIdentifier: "s", Engine: "aurora", "VpcSecurityGroupIds.VpcSecurityGroupId.1": "sg-1" },
  });
  expect(restoreRequest({ kind: "moment", cluster }, "n", "", []).fields).toMatchObject({ UseLatestRestorableTime: true, SourceDBClusterIdentifier: "c" });
  const then = restoreRequest({ kind: "moment", cluster }, "n", "2026-01-01T00:00:00Z", []).fields;
  expect(then.RestoreToTime).toBe("2026-01-01T00:00:00Z");
  expect(then.UseLatestRestorableTime).toBeUndefined();
  expect(restoreRequest({ kind: "clone", cluster }, "n", "x", []).fields).toMatchObject({ RestoreType: "copy-on-write", UseLatestRestorableTime: true });
});

test("moments are read as typed and kept within what can be restored", () => {
  const when = new Date(2026, 10, 26, 17, 30, 5);
  expect(parseMoment(momentText(when))).toEqual(when);
  expect(parseMoment("yesterday")).toBeUndefined();
  const span = [new Date(2026, 10, 26).toISOString(), new Date(2026, 10, 27).toISOString()] as const;
  expect(momentProblem(momentText(when), ...span)).toBe("");
  expect(momentProblem("2026-11-25 00:00:00", ...span)).toContain("before");
  expect(momentProblem("2026-11-29 00:00:00", ...span)).toContain("after");
});
