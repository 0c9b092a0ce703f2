// The ingress rules of one security group, editable where they stand.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { messageOf } from "../api/client";
import { revoke } from "../api/create";
import type { SecurityGroup } from "../api/types";
import { AddRuleDialog } from "../dialogs/add-rule";
import { rulesOf, type Rule } from "../model/rules";
import { useRegion } from "../state/region";
import { useSession } from "../state/session";
import { Empty } from "./states";

export function Rules({ group, port }: { group: SecurityGroup; port: number }) {
  const { refresh } = useRegion();
  const session = useSession();
  const [selected, setSelected] = useState<Rule[]>([]);
  const [adding, setAdding] = useState(false);
  const [error, setError] = useState("");
  const remove = async () => {
    setError("");
    try {
      for (const rule of selected) await revoke(group.groupId, rule.protocol, rule.from, rule.to, rule.cidr);
    } catch (e) {
      setError(messageOf(e));
    }
    setSelected([]);
    refresh();
  };
  return (
    <SpaceBetween size="s">
      {error && <Alert type="error">{error}</Alert>}
      <Table
        items={rulesOf(group)} trackBy="key" selectionType="multi" selectedItems={selected}
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
            variant="h2" counter={`(${rulesOf(group).length})`} description={group.groupDescription}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={selected.length === 0 || session.read_only} onClick={() => void remove()}>Remove</Button>
                <Button disabled={session.read_only} onClick={() => setAdding(true)}>Add rule</Button>
              </SpaceBetween>
            }
          >
            Inbound rules of {group.groupName}
          </Header>
        }
      />
      {adding && <AddRuleDialog group={group} port={port} onClose={() => setAdding(false)} />}
    </SpaceBetween>
  );
}
