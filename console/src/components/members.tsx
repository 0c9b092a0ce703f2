// The instances of a cluster, live.
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import type { Instance } from "../api/types";
import { href } from "../model/route";
import { CopyText } from "./copy";
import { Activity, Connections, Cpu } from "./live";
import { Empty } from "./states";
import { Status } from "./status";

export function endpointOf(instance: Instance): string {
  return instance.Endpoint ? `${instance.Endpoint.Address}:${instance.Endpoint.Port}` : "";
}

export function Members({ members }: { members: readonly Instance[] }) {
  return (
    <Table
      items={members} trackBy="DBInstanceIdentifier" wrapLines ariaLabels={{ tableLabel: "Instances" }}
      header={<Header variant="h2" counter={`(${members.length})`}>Instances</Header>}
      empty={<Empty title="No instances">Without one nobody can connect. Add one: Actions.</Empty>}
      columnDefinitions={[
        { id: "id", header: "DB identifier", minWidth: 170, isRowHeader: true, cell: (i) => <Link href={href("instance", i.DBInstanceIdentifier)}>{i.DBInstanceIdentifier}</Link> },
        { id: "status", header: "Status", minWidth: 125, cell: (i) => <Status status={i.DBInstanceStatus} /> },
        { id: "endpoint", header: "Endpoint", minWidth: 245, cell: (i) => (endpointOf(i) ? <CopyText text={endpointOf(i)} what={`endpoint of ${i.DBInstanceIdentifier}`} /> : "-") },
        { id: "cpu", header: "CPU", minWidth: 90, cell: (i) => <Cpu instance={i.DBInstanceIdentifier} /> },
        { id: "connections", header: "Connections", minWidth: 130, cell: (i) => <Connections instance={i.DBInstanceIdentifier} /> },
        { id: "activity", header: "Activity", minWidth: 150, cell: (i) => <Activity instance={i.DBInstanceIdentifier} /> },
        { id: "class", header: "Class", minWidth: 135, cell: (i) => i.DBInstanceClass },
      ]}
    />
  );
}
