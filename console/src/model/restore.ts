// A new cluster from a snapshot, from a cluster as it was, or as it is: the requests.
import type { Fields } from "../api/client";
import type { Cluster, Snapshot } from "../api/types";

export type Source =
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "moment"; cluster: Cluster }
  | { kind: "clone"; cluster: Cluster };

export function nameOf(source: Source): string {
  return source.kind === "snapshot" ? source.snapshot.DBClusterSnapshotIdentifier : source.cluster.DBClusterIdentifier;
}

export function severalWriters(source: Source): boolean {
  return (source.kind === "snapshot" ? source.snapshot.EngineMode : source.cluster.EngineMode) === "multimaster";
}

// `moment`: ISO 8601; empty: the newest.
export function restoreRequest(source: Source, name: string, moment: string, groups: readonly string[]): { action: string; fields: Fields } {
  const fields: Fields = { DBClusterIdentifier: name };
  groups.forEach((id, n) => (fields[`VpcSecurityGroupIds.VpcSecurityGroupId.${n + 1}`] = id));
  if (source.kind === "snapshot") {
    fields.SnapshotIdentifier = source.snapshot.DBClusterSnapshotIdentifier;
    fields.Engine = source.snapshot.Engine;
    return { action: "RestoreDBClusterFromSnapshot", fields };
  }
  fields.SourceDBClusterIdentifier = source.cluster.DBClusterIdentifier;
  fields.RestoreType = source.kind === "clone" ? "copy-on-write" : undefined;
  if (source.kind === "clone" || moment === "") fields.UseLatestRestorableTime = true;
  else fields.RestoreToTime = moment;
  return { action: "RestoreDBClusterToPointInTime", fields };
}

// What is wrong with a moment as a person typed it ("2026-11-26 17:30:00", in the viewer's zone), or "".
export function momentProblem(text: string, earliest: string | undefined, latest: string | undefined): string {
  const when = parseMoment(text);
  if (when === undefined) return "A date and a time such as 2026-11-26 17:30:00.";
  if (earliest && when < new Date(earliest)) return "That is before the earliest restorable time.";
  if (latest && when > new Date(new Date(latest).getTime() + 60_000)) return "That is after the latest restorable time.";
  return "";
}

export function parseMoment(text: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)$/.exec(text.trim());
  if (!match) return undefined;
  const when = new Date(`${match[1]}T${match[2]}`);
  return Number.isNaN(when.getTime()) ? undefined : when;
}

// The moment as a person would type it.
export function momentText(when: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())} ${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}`;
}
