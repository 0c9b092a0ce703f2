// Ways to connect: pieces of programs to copy, and the certificate with which a client checks the server.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Tabs from "@cloudscape-design/components/tabs";
import type { Cluster } from "../api/types";
import { snippets, type Place } from "../model/snippets";
import { CodeBlock } from "./copy";

export function Connect({ cluster, writers, first }: { cluster: Cluster; writers: readonly Place[]; first: Place | undefined }) {
  const samples = snippets(cluster.MasterUsername, cluster.DatabaseName ?? "", writers, first);
  if (samples.length === 0) return null;
  return (
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
  );
}
