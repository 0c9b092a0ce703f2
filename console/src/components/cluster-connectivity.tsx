// Connectivity & security of a cluster: endpoints, snippets, who may connect.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";
import { all } from "../api/client";
import type { Cluster, CustomEndpoint, Instance } from "../api/types";
import { CreateEndpointDialog } from "../dialogs/create-endpoint";
import { DeleteEndpointDialog } from "../dialogs/remove";
import { useRegion, useVersion } from "../state/region";
import { useSession } from "../state/session";
import { Connect } from "./connect";
import { CopyText } from "./copy";
import { Rules } from "./rules";
import { Empty } from "./states";
import { Status } from "./status";

type Props = { cluster: Cluster; members: readonly Instance[] };
type Endpoint = { key: string; name: string; kind: "Cluster" | "Custom" | "Writer"; status: string; address: string; port: number; leadsTo: string };

function endpointsOf(cluster: Cluster, members: readonly Instance[], custom: readonly CustomEndpoint[]): Endpoint[] {
  const found: Endpoint[] = [];
  const add = (endpoint: Omit<Endpoint, "key">) => found.push({ key: `${endpoint.kind} ${endpoint.name}`, ...endpoint });
  if (cluster.Endpoint) {
    add({ name: cluster.DBClusterIdentifier, kind: "Cluster", status: cluster.Status, address: cluster.Endpoint, port: cluster.Port, leadsTo: "All that serve, in turn" });
  }
  for (const e of custom) {
    const leadsTo = e.StaticMembers.length ? e.StaticMembers.join(", ") : e.ExcludedMembers.length ? `All but ${e.ExcludedMembers.join(", ")}` : "All that serve, in turn";
    add({ name: e.DBClusterEndpointIdentifier, kind: "Custom", status: e.Status, address: e.Endpoint, port: cluster.Port, leadsTo });
  }
  for (const m of members) {
    if (!m.Endpoint) continue;
    add({ name: m.DBInstanceIdentifier, kind: "Writer", status: m.DBInstanceStatus, address: m.Endpoint.Address, port: m.Endpoint.Port, leadsTo: "This one" });
  }
  return found;
}

function useCustomEndpoints(cluster: string): CustomEndpoint[] {
  const version = useVersion();
  const [endpoints, setEndpoints] = useState<CustomEndpoint[]>([]);
  useEffect(() => {
    let here = true;
    all<CustomEndpoint>("DescribeDBClusterEndpoints", "DBClusterEndpoints", { DBClusterIdentifier: cluster }).then(
      (found) => here && setEndpoints(found.filter((e) => e.EndpointType === "CUSTOM")),
      () => {},
    );
    return () => {
      here = false;
    };
  }, [cluster, version]);
  return endpoints;
}

export function ClusterConnectivity({ cluster, members }: Props) {
  const { groups } = useRegion();
  const session = useSession();
  const [selected, setSelected] = useState<Endpoint[]>([]);
  const [open, setOpen] = useState("");
  const close = () => setOpen("");
  const endpoints = endpointsOf(cluster, members, useCustomEndpoints(cluster.DBClusterIdentifier));
  const chosen = endpoints.find((e) => e.key === selected[0]?.key);
  const writers = endpoints.filter((e) => e.kind === "Writer");
  const own = groups.filter((g) => cluster.VpcSecurityGroups.some((s) => s.VpcSecurityGroupId === g.groupId));
  return (
    <SpaceBetween size="l">
      <Table
        items={endpoints} trackBy="key" wrapLines selectionType="single" selectedItems={selected} onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        isItemDisabled={(e) => e.kind !== "Custom"}
        ariaLabels={{ tableLabel: "Endpoints", selectionGroupLabel: "Choose an endpoint", itemSelectionLabel: (_, e) => `Endpoint of ${e.name}` }}
        header={
          <Header
            variant="h2" counter={`(${endpoints.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen || session.read_only} onClick={() => setOpen("delete")}>Delete</Button>
                <Button disabled={session.read_only} onClick={() => setOpen("create")}>Create custom endpoint</Button>
              </SpaceBetween>
            }
          >
            Endpoints
          </Header>
        }
        empty={<Empty title="No endpoints yet">They are here when an instance is available.</Empty>}
        columnDefinitions={[
          { id: "name", header: "Endpoint of", minWidth: 170, cell: (e) => e.name, isRowHeader: true },
          { id: "kind", header: "Type", minWidth: 95, cell: (e) => e.kind },
          { id: "status", header: "Status", minWidth: 125, cell: (e) => <Status status={e.status} /> },
          { id: "address", header: "Address", minWidth: 175, cell: (e) => <CopyText text={e.address} what={`address of ${e.name}`} /> },
          { id: "port", header: "Port", minWidth: 80, cell: (e) => e.port },
          { id: "to", header: "Leads to", minWidth: 150, cell: (e) => e.leadsTo },
        ]}
      />
      <Connect cluster={cluster} writers={writers} first={endpoints.find((e) => e.kind === "Cluster")} />
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
      {open === "create" && <CreateEndpointDialog cluster={cluster.DBClusterIdentifier} members={members} onClose={close} />}
      {open === "delete" && chosen && <DeleteEndpointDialog name={chosen.name} onClose={close} />}
      {own.map((g) => <Rules key={g.groupId} group={g} port={cluster.Port} />)}
    </SpaceBetween>
  );
}
