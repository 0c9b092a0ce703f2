// Security groups: who may connect.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { Empty, useWaits } from "../components/states";
import { CreateGroupDialog } from "../dialogs/create-group";
import { DeleteSecurityGroupDialog } from "../dialogs/remove";
import { href } from "../model/route";
import { rulesOf } from "../model/rules";
import { useRegion } from "../state/region";
import { useSession } from "../state/session";

export function SecurityGroupsPage() {
  const { groups, clusters } = useRegion();
  const waits = useWaits();
  const session = useSession();
  const [open, setOpen] = useState("");
  const { items, collectionProps, filterProps } = useCollection(groups, {
    filtering: {
      empty: waits.failed ?? <Empty title="No security groups" />,
      noMatch: <Empty title="No matches" />,
      filteringFunction: (g, t) => [g.groupName, g.groupId, g.groupDescription].some((f) => f.toLowerCase().includes(t.toLowerCase())),
    },
    sorting: {},
    selection: { trackBy: "groupId" },
  });
  const selected = collectionProps.selectedItems?.[0];
  const usersOf = (id: string) => clusters.filter((c) => c.VpcSecurityGroups.some((g) => g.VpcSecurityGroupId === id));
  return (
    <>
      <Table
        {...collectionProps} items={items} variant="full-page" selectionType="single" loading={waits.loading} loadingText="Loading security groups" wrapLines
        ariaLabels={{ tableLabel: "Security groups", selectionGroupLabel: "Choose a group", itemSelectionLabel: (_, g) => g.groupName }}
        columnDefinitions={[
          { id: "name", header: "Name", sortingField: "groupName", isRowHeader: true, cell: (g) => <Link href={href("security-group", g.groupId)}>{g.groupName}</Link> },
          { id: "id", header: "Group ID", sortingField: "groupId", cell: (g) => g.groupId },
          { id: "description", header: "Description", cell: (g) => g.groupDescription },
          { id: "rules", header: "Inbound rules", cell: (g) => rulesOf(g).length },
          { id: "used", header: "Used by", cell: (g) => usersOf(g.groupId).map((c) => c.DBClusterIdentifier).join(", ") || "-" },
        ]}
        filter={<TextFilter {...filterProps} filteringPlaceholder="Find security groups" filteringAriaLabel="Find security groups" />}
        header={
          <Header
            variant="awsui-h1-sticky" counter={`(${groups.length})`} description="Which addresses may connect to which port."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!selected || session.read_only} onClick={() => setOpen("delete")}>Delete</Button>
                <Button variant="primary" disabled={session.read_only} onClick={() => setOpen("create")}>Create security group</Button>
              </SpaceBetween>
            }
          >
            Security groups
          </Header>
        }
      />
      {open === "create" && <CreateGroupDialog onClose={() => setOpen("")} />}
      {open === "delete" && selected && <DeleteSecurityGroupDialog group={selected} onClose={() => setOpen("")} />}
    </>
  );
}
