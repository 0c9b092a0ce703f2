// Clusters with their instances as rows of one table.
import type { Cluster, Instance } from "../api/types";

export type Row = {
  id: string;
  kind: "cluster" | "instance";
  parent: string | null;
  role: string;
  status: string;
  engine: string;
  size: string; // class, or how many instances
  zone: string;
  cluster: Cluster | undefined;
  instance?: Instance;
};

export function rowsOf(clusters: readonly Cluster[], instances: readonly Instance[]): Row[] {
  const rows: Row[] = [];
  for (const cluster of clusters) {
    const members = instances.filter((i) => i.DBClusterIdentifier === cluster.DBClusterIdentifier);
    rows.push({
      id: cluster.DBClusterIdentifier,
      kind: "cluster",
      parent: null,
      role: cluster.EngineMode === "multimaster" ? "Multi-writer cluster" : "Cluster",
      status: cluster.Status,
      engine: `${cluster.Engine} ${cluster.EngineVersion}`,
      size: members.length === 1 ? "1 instance" : `${members.length} instances`,
      zone: "",
      cluster,
    });
    for (const instance of members) {
      rows.push({
        id: instance.DBInstanceIdentifier,
        kind: "instance",
        parent: cluster.DBClusterIdentifier,
        role: "Writer",
        status: instance.DBInstanceStatus,
        engine: `${instance.Engine} ${instance.EngineVersion}`,
        size: instance.DBInstanceClass,
        zone: instance.AvailabilityZone,
        cluster,
        instance,
      });
    }
  }
  return rows;
}

// A cluster and an instance may have the same name.
export function keyOf(row: Row): string {
  return `${row.kind} ${row.id}`;
}

export function instancesOf(cluster: string, instances: readonly Instance[]): Instance[] {
  return instances.filter((i) => i.DBClusterIdentifier === cluster);
}

// The next free name for another instance.
export function nextInstanceName(cluster: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const name = `${cluster}-instance-${n}`;
    if (!taken.includes(name)) return name;
  }
}
