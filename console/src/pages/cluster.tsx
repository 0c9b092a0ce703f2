// A cluster: how it is, how to connect, what it does and did.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { Actions } from "../components/actions";
import { Backups } from "../components/backups";
import { ClusterConnectivity } from "../components/cluster-connectivity";
import { ClusterConfiguration } from "../components/configuration";
import { Commits } from "../components/live";
import { LogsAndEvents } from "../components/logs-and-events";
import { MonitoringTab } from "../components/monitoring-tab";
import { Members } from "../components/members";
import { NothingHere, Waits } from "../components/states";
import { Status } from "../components/status";
import { tabsOf } from "../components/tabs-of";
import { Tags } from "../components/tags";
import { CLUSTER_TABS, href } from "../model/route";
import { instancesOf, rowsOf } from "../model/tree";
import { useRegion } from "../state/region";
import { replaceRoute } from "../state/route";

export function ClusterPage({ id, tab }: { id: string; tab: string }) {
  const { clusters, instances, loaded } = useRegion();
  const cluster = clusters.find((c) => c.DBClusterIdentifier === id);
  if (!cluster) return loaded ? <NothingHere what={`The cluster ${id}`} /> : <Waits />;
  const members = instancesOf(id, instances);
  const names = members.map((m) => m.DBInstanceIdentifier);
  const row = rowsOf([cluster], members)[0];
  const contents = {
    connectivity: <ClusterConnectivity cluster={cluster} members={members} />,
    monitoring: <MonitoringTab instances={names} cluster={id} />,
    events: <LogsAndEvents sources={[id, ...names]} instances={names} />,
    configuration: <ClusterConfiguration cluster={cluster} />,
    backups: <Backups cluster={cluster} />,
    tags: <Tags arn={cluster.DBClusterArn} tags={cluster.TagList} />,
  };
  return (
    <ContentLayout header={<Header variant="h1" actions={<SpaceBetween direction="horizontal" size="xs"><Button href={href("log", id)}>The log</Button><Button href={href("try", id)}>Try it</Button><Actions row={row} /></SpaceBetween>}>{id}</Header>}>
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">Summary</Header>}>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Status", value: <Status status={cluster.Status} /> },
              { label: "Role", value: cluster.EngineMode === "multimaster" ? "Multi-writer cluster" : "Cluster with one writer" },
              { label: "Engine", value: `${cluster.Engine} ${cluster.EngineVersion}` },
              { label: "Activity", value: <Commits instances={names} /> },
            ]}
          />
        </Container>
        <Members members={members} />
        <Tabs
          activeTabId={tab || "connectivity"} onChange={({ detail }) => replaceRoute(href("cluster", id, detail.activeTabId))} ariaLabel={`Details of ${id}`}
          tabs={tabsOf(CLUSTER_TABS, contents)}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
