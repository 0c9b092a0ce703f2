// One security group with its rules and who uses it.
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopyText } from "../components/copy";
import { Rules } from "../components/rules";
import { NothingHere, Waits } from "../components/states";
import { href } from "../model/route";
import { useRegion } from "../state/region";

export function SecurityGroupPage({ id }: { id: string }) {
  const { groups, clusters, loaded } = useRegion();
  const group = groups.find((g) => g.groupId === id);
  if (!group) return loaded ? <NothingHere what={`The security group ${id}`} /> : <Waits />;
  const users = clusters.filter((c) => c.VpcSecurityGroups.some((g) => g.VpcSecurityGroupId === id));
  return (
    <ContentLayout header={<Header variant="h1">{group.groupName}</Header>}>
      <SpaceBetween size="l">
        <Container>
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Group ID", value: <CopyText text={group.groupId} what="group ID" /> },
              { label: "VPC", value: group.vpcId },
              { label: "Used by", value: users.length ? users.map((c) => <div key={c.DBClusterIdentifier}><Link href={href("cluster", c.DBClusterIdentifier)}>{c.DBClusterIdentifier}</Link></div>) : "-" },
            ]}
          />
        </Container>
        <Rules group={group} port={users[0]?.Port ?? 3306} />
      </SpaceBetween>
    </ContentLayout>
  );
}
