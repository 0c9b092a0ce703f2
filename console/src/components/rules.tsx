// The ingress rules of one security group, editable where they stand.
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { SecurityGroup } from "../api/types";
import { AddRuleDialog } from "../dialogs/add-rule";
import { RemoveRulesDialog } from "../dialogs/remove";
import { rulesOf, type Rule } from "../model/rules";
import { useSession } from "../state/session";
import { Empty } from "./states";

export function Rules({ group, port }: { group: SecurityGroup; port: number }) {
  const session = useSession();
  const [selected, setSelected] = useState<Rule[]>([]);
  const [open, setOpen] = useState("");
  const rules = rulesOf(group);
  const chosen = rules.filter((r) => selected.some((s) => s.key === r.key));
  return (
    <>
      <Table
        items={rules} trackBy="key" selectionType="multi" selectedItems={chosen}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        ariaLabels={{
          tableLabel: `Inbound rules of ${group.groupName}`, selectionGroupLabel: "Choose rules",
          allItemsSelectionLabel: () => "Choose all rules", itemSelectionLabel: (_, rule) => `${rule.ports} from ${rule.cidr}`,
        }}
        empty={<Empty title="No inbound rules">Nobody may connect.</Empty>}
        columnDefinitions={[
          { id: "protocol", header: "Protocol", cell: (r) => r.protocolName, isRowHeader: true },
          { id: "ports", header: "Ports", cell: (r) => r.ports },
          { id: "source", header: "Source", cell: (r) => r.cidr },
          { id: "description", header: "Description", cell: (r) => r.description || "-" },
        ]}
        header={
          <Header
            variant="h2" counter={`(${rules.length})`} description={group.groupDescription}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={chosen.length === 0 || session.read_only} onClick={() => setOpen("remove")}>Remove</Button>
                <Button disabled={session.read_only} onClick={() => setOpen("add")}>Add rule</Button>
              </SpaceBetween>
            }
          >
            Inbound rules of {group.groupName}
          </Header>
        }
      />
      {open === "add" && <AddRuleDialog group={group} port={port} onClose={() => setOpen("")} />}
      {open === "remove" && <RemoveRulesDialog group={group} rules={chosen} onClose={() => setOpen("")} />}
    </>
  );
}
