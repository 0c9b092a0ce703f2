import { expect, test } from "vitest";
import type { Cluster, Instance, SecurityGroup } from "../api/types";
import { costOf, warningsOf } from "./machine";
import { rulesOf } from "./rules";
import { snippets } from "./snippets";
import * as text from "./text";
import { keyOf, nextInstanceName, rowsOf } from "./tree";

const cluster = { DBClusterIdentifier: "c", EngineMode: "multimaster", Status: "available", Engine: "aurora", EngineVersion: "10.11" } as Cluster;
const instance = { DBInstanceIdentifier: "c", DBClusterIdentifier: "c", DBInstanceStatus: "creating", DBInstanceClass: "db.t3.micro", Engine: "aurora", EngineVersion: "10.11", AvailabilityZone: "a" } as Instance;

test("clusters come with their instances below them, told apart even by the same name", () => {
  const rows = rowsOf([cluster], [instance]);
  expect(rows.map((r) => [r.kind, r.parent, r.role, r.size])).toEqual([["cluster", null, "Multi-writer cluster", "1 instance"], ["instance", "c", "Writer", "db.t3.micro"]]);
  expect(new Set(rows.map(keyOf)).size).toBe(2);
});

test("another instance gets the lowest free name", () => {
  expect(nextInstanceName("c", ["c-instance-1", "c-instance-3"])).toBe("c-instance-2");
});

test("permissions become single rules", () => {
  const group = { ipPermissions: [
    { ipProtocol: "tcp", fromPort: 3306, toPort: 3306, ipRanges: [{ cidrIp: "10.0.0.0/8" }, { cidrIp: "127.0.0.1/32", description: "me" }] },
    { ipProtocol: "-1", ipRanges: [{ cidrIp: "0.0.0.0/0" }] },
  ] } as SecurityGroup;
  expect(rulesOf(group).map((r) => [r.protocolName, r.ports, r.cidr])).toEqual([["TCP", "3306", "10.0.0.0/8"], ["TCP", "3306", "127.0.0.1/32"], ["All", "All", "0.0.0.0/0"]]);
});

test("snippets name the endpoints and leave the password out", () => {
  const places = [{ address: "127.0.0.11", port: 3306 }, { address: "127.0.0.12", port: 3306 }];
  const found = snippets("admin", "", places, undefined);
  expect(found.map((s) => s.id)).toEqual(["shell", "client", "python", "node", "jdbc"]);
  expect(found[0]!.text).toContain("AURORA_NODE2=127.0.0.12:3306");
  expect(found[4]!.text).toContain("127.0.0.11:3306,127.0.0.12:3306/?user=admin");
  expect(found.map((s) => s.text).join()).not.toContain("database");
  expect(snippets("admin", "shop", places, undefined).filter((s) => s.text.includes("shop")).map((s) => s.id)).toEqual(["python", "node", "jdbc"]);
  expect(snippets("admin", "", [], undefined)).toEqual([]);
});

test("what servers take, and a word when it is too much", () => {
  const machine = { classes: [{ name: "s", buffer_pool_mib: 64, connections: 60 }], cores: 2, memory_bytes: 1e9, memory_free_bytes: 1e8, disk_free_bytes: 1e12, default_port: 3306, credentials: "/c" };
  const cost = costOf("s", 2, machine);
  expect(cost.memory).toBeGreaterThan(2 * 64 * 1024 * 1024);
  expect(warningsOf(cost, machine)).toHaveLength(1);
});

test("numbers and times as text", () => {
  expect(text.bytes(1536)).toBe("1.5 KiB");
  expect(text.bytes(undefined)).toBe("-");
  expect(text.status("backing-up")).toBe("Backing-up");
  expect(text.time("no time")).toBe("no time");
  expect(text.time("2026-11-23T14:05:29.250Z")).toMatch(/2026/);
});
