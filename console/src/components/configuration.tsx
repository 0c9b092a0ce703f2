// Configuration of a cluster or an instance.
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Cluster, Instance } from "../api/types";
import { waitingOf } from "../model/modify";
import * as text from "../model/text";
import { useMachine } from "../state/machine";
import { CopyText } from "./copy";

const yes = (value: boolean) => (value ? "On" : "Off");

export function ClusterConfiguration({ cluster }: { cluster: Cluster }) {
  const waits = waitingOf(cluster).join(", ");
  return (
    <Container header={<Header variant="h2">Configuration</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "ARN", value: <CopyText text={cluster.DBClusterArn} what="ARN" /> },
          { label: "Resource ID", value: <CopyText text={cluster.DbClusterResourceId} what="resource ID" /> },
          { label: "Database features", value: cluster.EngineMode === "multimaster" ? "Multiple writers" : "One writer" },
          { label: "Engine version", value: `${cluster.Engine} ${cluster.EngineVersion}` },
          ...(waits ? [{ label: "From the next maintenance window on", value: waits }] : []),
          { label: "Master username", value: cluster.MasterUsername },
          { label: "Initial database", value: cluster.DatabaseName ?? "-" },
          { label: "Parameter group", value: cluster.DBClusterParameterGroup },
          { label: "Port", value: String(cluster.Port) },
          { label: "Encryption", value: yes(cluster.StorageEncrypted) },
          { label: "Deletion protection", value: yes(cluster.DeletionProtection) },
          { label: "Backup retention", value: text.count(cluster.BackupRetentionPeriod, "day") },
          { label: "Created", value: text.time(cluster.ClusterCreateTime) },
        ]}
      />
    </Container>
  );
}

export function InstanceConfiguration({ instance }: { instance: Instance }) {
  const size = useMachine()?.classes.find((c) => c.name === instance.DBInstanceClass);
  const waits = instance.PendingModifiedValues.DBInstanceClass;
  return (
    <Container header={<Header variant="h2">Configuration</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "ARN", value: <CopyText text={instance.DBInstanceArn} what="ARN" /> },
          { label: "Resource ID", value: <CopyText text={instance.DbiResourceId} what="resource ID" /> },
          { label: "Engine version", value: `${instance.Engine} ${instance.EngineVersion}` },
          { label: "Instance class", value: instance.DBInstanceClass },
          ...(waits ? [{ label: "From the next maintenance window on", value: waits }] : []),
          { label: "Buffer pool", value: size ? `${size.buffer_pool_mib} MiB` : "-" },
          { label: "Connections at most", value: size ? String(size.connections) : "-" },
          { label: "Zone", value: instance.AvailabilityZone },
          { label: "Maintenance window", value: `${instance.PreferredMaintenanceWindow} UTC` },
          { label: "Created", value: text.time(instance.InstanceCreateTime) },
          ...instance.DBParameterGroups.map((g) => ({ label: "Parameter group", value: `${g.DBParameterGroupName} (${g.ParameterApplyStatus})` })),
        ]}
      />
    </Container>
  );
}
