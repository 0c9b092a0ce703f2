// What servers take of a machine, roughly: measured on idle ones.
import type { Machine } from "../api/types";

const SERVER_BYTES = 120 << 20; // besides the buffer pool
const CACHE_BYTES = 240 << 20; // system tables and redo of a new cache
const VOLUME_BYTES = 160 << 20; // first segments and snapshot 0

export type Cost = { memory: number; disk: number };

export function costOf(className: string, writers: number, machine: Machine): Cost {
  const pool = machine.classes.find((c) => c.name === className)?.buffer_pool_mib ?? 0;
  return { memory: writers * (pool * 1024 * 1024 + SERVER_BYTES), disk: writers * CACHE_BYTES + VOLUME_BYTES };
}

export function warningsOf(cost: Cost, machine: Machine): string[] {
  const warnings: string[] = [];
  if (cost.memory > machine.memory_free_bytes) warnings.push("That is more memory than is free now.");
  if (cost.disk > machine.disk_free_bytes) warnings.push("That is more disk than is free now.");
  return warnings;
}
