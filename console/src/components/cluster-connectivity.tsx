// Connectivity & security of a cluster: endpoints, snippets, who may connect.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Tabs from "@cloudscape-design/components/tabs";
import type { Cluster, Instance } from "../api/types";
import { snippets } from "../model/snippets";
import { useRegion } from "../state/region";
import { CodeBlock, CopyText } from "./copy";
import { Rules } from "./rules";
import { Empty } from "./states";
import { Status } from "./status";

type Props = { cluster: Cluster; members: readonly Instance[] };
type Endpoint = { name: string; kind: string; status: string; address: string; port: number };

export function endpointsOf(cluster: Cluster, members: readonly Instance[]): Endpoint[] {
  const found: Endpoint[] = [];
  if (cluster.Endpoint) {
    found.push({ name: cluster.DBClusterIdentifier, kind: "Cluster", status: cluster.Status, address: cluster.Endpoint, port: cluster.Port });
  }
  for (const address of cluster.CustomEndpoints ?? []) {
    found.push({ name: address, kind: "Custom", status: cluster.Status, address, port: cluster.Port });
  }
  for (const m of members) {
    if (!m.Endpoint) continue;
    found.push({ name: m.DBInstanceIdentifier, kind: "Writer", status: m.DBInstanceStatus, address: m.Endpoint.Address, port: m.Endpoint.Port });
  }
  return found;
}

export function ClusterConnectivity({ cluster, members }: Props) {
  const { groups } = useRegion();
  const endpoints = endpointsOf(cluster, members);
  const writers = endpoints.filter((e) => e.kind === "Writer");
  const samples = snippets(cluster.MasterUsername, cluster.DatabaseName ?? "", writers, endpoints.find((e) => e.kind === "Cluster"));
  const own = groups.filter((g) => cluster.VpcSecurityGroups.some((s) => s.VpcSecurityGroupId === g.groupId));
  return (
    <SpaceBetween size="l">
      <Table
        items={endpoints} ariaLabels={{ tableLabel: "Endpoints" }} header={<Header variant="h2" counter={`(${endpoints.length})`}>Endpoints</Header>}
        empty={<Empty title="No endpoints yet">They are here when an instance is available.</Empty>}
        columnDefinitions={[
          { id: "name", header: "Endpoint of", cell: (e) => e.name, isRowHeader: true },
          { id: "kind", header: "Type", cell: (e) => e.kind },
          { id: "status", header: "Status", cell: (e) => <Status status={e.status} /> },
          { id: "address", header: "Address", cell: (e) => <CopyText text={e.address} what={`address of ${e.name}`} /> },
          { id: "port", header: "Port", cell: (e) => e.port },
        ]}
      />
      {samples.length > 0 && (
        <Container
          header={
            <Header
              variant="h2" description="Connections are encrypted; the certificate of the cluster's authority lets a client check the server."
              actions={<Button iconName="download" href={`/console/authority/${encodeURIComponent(cluster.DBClusterIdentifier)}`} download="borealis-ca.pem">CA certificate</Button>}
            >
              Connect
            </Header>
          }
        >
          <Tabs ariaLabel="Ways to connect" tabs={samples.map((s) => ({ id: s.id, label: s.name, content: <CodeBlock text={s.text} what={`${s.name} snippet`} /> }))} />
        </Container>
      )}
      <Container header={<Header variant="h2">Network</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "VPC", value: own[0]?.vpcId ?? "-" },
            { label: "Subnet group", value: cluster.DBSubnetGroup },
            { label: "Zones", value: cluster.AvailabilityZones.join(", ") },
          ]}
        />
      </Container>
      {own.map((g) => <Rules key={g.groupId} group={g} port={cluster.Port} />)}
    </SpaceBetween>
  );
}
