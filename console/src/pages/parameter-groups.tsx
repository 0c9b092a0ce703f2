// Parameter groups: settings of servers under a name.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "../api/client";
import { groupsOf, type Group } from "../api/parameter-groups";
import { Empty, Failed } from "../components/states";
import { CreateParameterGroupDialog } from "../dialogs/create-parameter-group";
import { DeleteParameterGroupDialog } from "../dialogs/remove";
import { href } from "../model/route";
import { useVersion } from "../state/region";
import { useSession } from "../state/session";

const keyOf = (g: Group) => `${g.kind} ${g.name}`;

export function ParameterGroupsPage() {
  const session = useSession();
  const version = useVersion();
  const [groups, setGroups] = useState<Group[]>();
  const [error, setError] = useState("");
  const [open, setOpen] = useState("");
  const load = useCallback(() => {
    Promise.all([groupsOf("cluster"), groupsOf("instance")]).then(
      (found) => {
        setGroups(found.flat());
        setError("");
      },
      (e: unknown) => setError(messageOf(e)),
    );
  }, []);
  useEffect(load, [load, version]);
  const { items, collectionProps, filterProps } = useCollection(groups ?? [], {
    filtering: {
      empty: error ? <Failed error={error} retry={load} /> : <Empty title="No parameter groups" />,
      noMatch: <Empty title="No matches" />,
      filteringFunction: (g, t) => [g.name, g.description, g.kind].some((f) => f.toLowerCase().includes(t.toLowerCase())),
    },
    sorting: {},
    selection: { trackBy: keyOf },
  });
  const selected = collectionProps.selectedItems?.[0];
  return (
    <>
      <Table
        {...collectionProps} items={items} variant="full-page" selectionType="single" loading={groups === undefined && !error} loadingText="Loading parameter groups"
        ariaLabels={{ tableLabel: "Parameter groups", selectionGroupLabel: "Choose a group", itemSelectionLabel: (_, g) => `${g.name} of ${g.kind}s` }}
        columnDefinitions={[
          { id: "name", header: "Name", sortingField: "name", isRowHeader: true, cell: (g) => <Link href={href("parameter-group", g.name, g.kind)}>{g.name}</Link> },
          { id: "kind", header: "Of", sortingField: "kind", cell: (g) => (g.kind === "cluster" ? "Clusters" : "Instances") },
          { id: "family", header: "Family", cell: (g) => g.family },
          { id: "description", header: "Description", cell: (g) => g.description },
        ]}
        filter={<TextFilter {...filterProps} filteringPlaceholder="Find parameter groups" filteringAriaLabel="Find parameter groups" />}
        header={
          <Header
            variant="awsui-h1-sticky" counter={groups ? `(${groups.length})` : ""} description="An instance's own group wins over its cluster's."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!selected || selected.isDefault || session.read_only} onClick={() => setOpen("delete")}>Delete</Button>
                <Button variant="primary" disabled={session.read_only} onClick={() => setOpen("create")}>Create parameter group</Button>
              </SpaceBetween>
            }
          >
            Parameter groups
          </Header>
        }
      />
      {open === "create" && <CreateParameterGroupDialog family={groups?.[0]?.family ?? "mariadb10.11"} onClose={() => setOpen("")} />}
      {open === "delete" && selected && <DeleteParameterGroupDialog group={selected} onClose={() => setOpen("")} onDone={load} />}
    </>
  );
}
