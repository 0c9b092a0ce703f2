// Maintenance of an instance: when, what waits for it, and where its data are backed up.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import type { Cluster, Instance } from "../api/types";
import { href } from "../model/route";
import * as text from "../model/text";

export function Maintenance({ instance, cluster }: { instance: Instance; cluster: Cluster | undefined }) {
  const waits = instance.PendingModifiedValues.DBInstanceClass;
  const reboot = instance.DBParameterGroups.some((g) => g.ParameterApplyStatus === "pending-reboot");
  return (
    <Container header={<Header variant="h2">Maintenance</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Maintenance window", value: `${instance.PreferredMaintenanceWindow} UTC` },
          { label: "Waits for the window", value: waits ? `Another class: ${waits}` : "Nothing" },
          { label: "Waits for a reboot", value: reboot ? "Static parameters" : "Nothing" },
          {
            label: "Backups",
            value: cluster ? <>Of the cluster: <Link href={href("cluster", cluster.DBClusterIdentifier, "backups")}>{cluster.DBClusterIdentifier}</Link></> : "-",
          },
          { label: "Latest restorable time", value: text.time(cluster?.LatestRestorableTime) },
        ]}
      />
    </Container>
  );
}
