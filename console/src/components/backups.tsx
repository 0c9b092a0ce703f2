// Maintenance & backups of a cluster.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Cluster } from "../api/types";
import { waitingOf } from "../model/modify";
import * as text from "../model/text";
import { SnapshotsTable } from "./snapshots-table";

export function Backups({ cluster }: { cluster: Cluster }) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Maintenance & backups</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Backup retention", value: text.count(cluster.BackupRetentionPeriod, "day") },
            { label: "Backup window", value: `${cluster.PreferredBackupWindow} UTC` },
            { label: "Maintenance window", value: `${cluster.PreferredMaintenanceWindow} UTC` },
            { label: "Earliest restorable time", value: text.time(cluster.EarliestRestorableTime) },
            { label: "Latest restorable time", value: text.time(cluster.LatestRestorableTime) },
            { label: "Waits for the window", value: waitingOf(cluster).join(", ") || "Nothing" },
            { label: "Copy tags to snapshots", value: cluster.CopyTagsToSnapshot ? "On" : "Off" },
          ]}
        />
      </Container>
      <SnapshotsTable cluster={cluster.DBClusterIdentifier} />
    </SpaceBetween>
  );
}
