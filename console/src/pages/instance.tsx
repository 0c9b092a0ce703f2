// An instance: one server of its cluster.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { Cluster, Instance } from "../api/types";
import { Actions } from "../components/actions";
import { InstanceConfiguration } from "../components/configuration";
import { Connect } from "../components/connect";
import { CopyText } from "../components/copy";
import { LogsAndEvents } from "../components/logs-and-events";
import { Activity, Connections, Cpu } from "../components/live";
import { Empty, NothingHere, Waits } from "../components/states";
import { Maintenance } from "../components/maintenance";
import { MonitoringTab } from "../components/monitoring-tab";
import { Rules } from "../components/rules";
import { Status } from "../components/status";
import { tabsOf } from "../components/tabs-of";
import { Tags } from "../components/tags";
import { href, INSTANCE_TABS } from "../model/route";
import { rowsOf } from "../model/tree";
import { useRegion } from "../state/region";
import { replaceRoute } from "../state/route";

export function InstancePage({ id, tab }: { id: string; tab: string }) {
  const { clusters, instances, loaded } = useRegion();
  const instance = instances.find((i) => i.DBInstanceIdentifier === id);
  if (!instance) return loaded ? <NothingHere what={`The instance ${id}`} /> : <Waits />;
  const cluster = clusters.find((c) => c.DBClusterIdentifier === instance.DBClusterIdentifier);
  const row = rowsOf(cluster ? [cluster] : [], [instance])[1];
  const contents = {
    connectivity: <Connectivity instance={instance} cluster={cluster} />,
    monitoring: <MonitoringTab instances={[id]} />,
    events: <LogsAndEvents sources={[id]} instances={[id]} />,
    configuration: <InstanceConfiguration instance={instance} />,
    maintenance: <Maintenance instance={instance} cluster={cluster} />,
    tags: <Tags arn={instance.DBInstanceArn} tags={instance.TagList} />,
  };
  return (
    <ContentLayout header={<Header variant="h1" actions={<Actions row={row} />}>{id}</Header>}>
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">Summary</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Status", value: <Status status={instance.DBInstanceStatus} /> },
              { label: "Role", value: "Writer" },
              { label: "Cluster", value: <Link href={href("cluster", instance.DBClusterIdentifier)}>{instance.DBClusterIdentifier}</Link> },
              { label: "Class", value: instance.DBInstanceClass },
              { label: "CPU", value: <Cpu instance={id} /> },
              { label: "Connections", value: <Connections instance={id} /> },
              { label: "Activity", value: <Activity instance={id} /> },
              { label: "Zone", value: instance.AvailabilityZone },
            ]}
          />
        </Container>
        <Tabs
          activeTabId={tab || "connectivity"} onChange={({ detail }) => replaceRoute(href("instance", id, detail.activeTabId))} ariaLabel={`Details of ${id}`}
          tabs={tabsOf(INSTANCE_TABS, contents)}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Connectivity({ instance, cluster }: { instance: Instance; cluster: Cluster | undefined }) {
  const { groups } = useRegion();
  if (!instance.Endpoint) {
    return (
      <Container>
        <Empty title="No endpoint yet">It is here when the instance is available.</Empty>
      </Container>
    );
  }
  const own = groups.filter((g) => cluster?.VpcSecurityGroups.some((s) => s.VpcSecurityGroupId === g.groupId));
  const place = { address: instance.Endpoint.Address, port: instance.Endpoint.Port };
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Endpoint</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Address", value: <CopyText text={place.address} what="address" /> },
            { label: "Port", value: String(place.port) },
            { label: "VPC", value: instance.DBSubnetGroup?.VpcId ?? "-" },
            { label: "Subnet group", value: instance.DBSubnetGroup?.DBSubnetGroupName ?? "-" },
          ]}
        />
      </Container>
      {cluster && <Connect cluster={cluster} writers={[place]} first={place} />}
      {own.map((g) => <Rules key={g.groupId} group={g} port={place.port} />)}
    </SpaceBetween>
  );
}
