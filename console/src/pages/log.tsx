// The log, live: what the shared log is doing now.
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ClusterChoice, useChosenCluster } from "../components/cluster-choice";
import { Lanes } from "../components/lanes";
import { LogRecords } from "../components/log-records";
import { Empty, Waits } from "../components/states";
import { logOf } from "../model/lanes";
import * as text from "../model/text";
import { instancesOf } from "../model/tree";
import { useRegion } from "../state/region";
import { useSamples } from "../state/samples";

export function LogPage({ id }: { id: string }) {
  const { clusters, instances, loaded } = useRegion();
  const cluster = useChosenCluster(id);
  if (!loaded) return <Waits />;
  return (
    <ContentLayout header={<Header variant="h1" description="One order of all commits, whoever makes them. Every server reads it and decides alike.">The log, live</Header>}>
      <SpaceBetween size="l">
        {clusters.length > 1 && <ClusterChoice page="log" id={cluster?.DBClusterIdentifier ?? ""} />}
        {cluster ? (
          <LogOf cluster={cluster.DBClusterIdentifier} writers={instancesOf(cluster.DBClusterIdentifier, instances).map((i) => i.DBInstanceIdentifier)} />
        ) : (
          <Container>
            <Empty title="No cluster">Create one first.</Empty>
          </Container>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function LogOf({ cluster, writers }: { cluster: string; writers: readonly string[] }) {
  const log = logOf(useSamples(), writers);
  return (
    <SpaceBetween size="l">
      <Container>
        <ColumnLayout columns={4} variant="text-grid">
          <Figure label="Newest seqno" value={text.number(log.head)} />
          <Figure label="Records a second" value={text.number(log.perSecond, 1)} />
          <Figure label="Batches a second" value={text.number(log.batchesPerSecond, 1)} />
          <Figure label="Conflicts a second" value={text.number(log.conflictsPerSecond, 1)} />
        </ColumnLayout>
      </Container>
      <Container header={<Header variant="h2" description="The last minute, a bar for each second. From above, in red: commits that lost against another writer's. Grey: the server was down.">Who writes</Header>}>
        <Lanes log={log} />
      </Container>
      <LogRecords cluster={cluster} writers={writers} />
    </SpaceBetween>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <Box fontSize="display-l" fontWeight="bold">{value}</Box>
    </div>
  );
}
