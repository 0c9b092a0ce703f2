// Snapshots, of one cluster or all, and what can be done with them.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { RestoreDialog } from "../dialogs/restore";
import { CopySnapshotDialog, DeleteSnapshotDialog, TakeSnapshotDialog } from "../dialogs/snapshot";
import { href } from "../model/route";
import * as text from "../model/text";
import { useRegion } from "../state/region";
import { useSession } from "../state/session";
import { Empty, useWaits } from "./states";
import { Status } from "./status";

const COLUMNS = ["name", "cluster", "type", "status", "time", "engine", "encrypted"];

export function SnapshotsTable({ cluster }: { cluster?: string }) {
  const { snapshots, clusters } = useRegion();
  const waits = useWaits();
  const session = useSession();
  const [open, setOpen] = useState("");
  const shown = cluster ? snapshots.filter((s) => s.DBClusterIdentifier === cluster) : snapshots;
  const { items, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(shown, {
    filtering: {
      empty: waits.failed ?? <Empty title="No snapshots">{cluster ? "Take one, or wait for the backup window." : "Take one from a cluster: Actions."}</Empty>,
      noMatch: <Empty title="No matches" />,
      filteringFunction: (s, t) => [s.DBClusterSnapshotIdentifier, s.DBClusterIdentifier, s.SnapshotType, s.Status].some((f) => f.toLowerCase().includes(t.toLowerCase())),
    },
    sorting: {},
    pagination: { pageSize: 20 },
    selection: { trackBy: "DBClusterSnapshotIdentifier" },
  });
  const selected = shown.find((s) => s.DBClusterSnapshotIdentifier === collectionProps.selectedItems?.[0]?.DBClusterSnapshotIdentifier);
  const ready = selected?.Status === "available" && !session.read_only;
  const close = () => setOpen("");
  return (
    <>
      <Table
        {...collectionProps} items={items} variant={cluster ? "container" : "full-page"} selectionType="single" loading={waits.loading} loadingText="Loading snapshots"
        ariaLabels={{ tableLabel: "Snapshots", selectionGroupLabel: "Choose a snapshot", itemSelectionLabel: (_, s) => s.DBClusterSnapshotIdentifier }}
        columnDisplay={COLUMNS.map((id) => ({ id, visible: id !== "cluster" || !cluster }))}
        columnDefinitions={[
          { id: "name", header: "Snapshot", sortingField: "DBClusterSnapshotIdentifier", isRowHeader: true, cell: (s) => s.DBClusterSnapshotIdentifier },
          {
            id: "cluster", header: "Cluster", sortingField: "DBClusterIdentifier",
            cell: (s) => (clusters.some((c) => c.DBClusterIdentifier === s.DBClusterIdentifier) ? <Link href={href("cluster", s.DBClusterIdentifier)}>{s.DBClusterIdentifier}</Link> : s.DBClusterIdentifier),
          },
          { id: "type", header: "Type", sortingField: "SnapshotType", cell: (s) => text.status(s.SnapshotType) },
          { id: "status", header: "Status", sortingField: "Status", cell: (s) => <Status status={s.Status} /> },
          { id: "time", header: "Data as of", sortingField: "SnapshotCreateTime", cell: (s) => text.time(s.SnapshotCreateTime) },
          { id: "engine", header: "Engine", cell: (s) => `${s.Engine} ${s.EngineVersion}` },
          { id: "encrypted", header: "Encryption", cell: (s) => (s.StorageEncrypted ? "On" : "Off") },
        ]}
        filter={<TextFilter {...filterProps} filteringPlaceholder="Find snapshots" filteringAriaLabel="Find snapshots" countText={filteredItemsCount === undefined ? "" : `${filteredItemsCount} matches`} />}
        pagination={<Pagination {...paginationProps} />}
        header={
          <Header
            variant={cluster ? "h2" : "awsui-h1-sticky"} counter={`(${shown.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown
                  disabled={!selected} onItemClick={({ detail }) => setOpen(detail.id)}
                  items={[
                    { id: "restore", text: "Restore", disabled: !ready },
                    { id: "copy", text: "Copy", disabled: !ready },
                    { id: "delete", text: "Delete", disabled: session.read_only || selected?.SnapshotType !== "manual" },
                  ]}
                >
                  Actions
                </ButtonDropdown>
                {cluster && <Button disabled={session.read_only} onClick={() => setOpen("take")}>Take snapshot</Button>}
              </SpaceBetween>
            }
          >
            Snapshots
          </Header>
        }
      />
      {open === "take" && cluster && <TakeSnapshotDialog cluster={cluster} onClose={close} />}
      {open === "restore" && selected && <RestoreDialog source={{ kind: "snapshot", snapshot: selected }} onClose={close} />}
      {open === "copy" && selected && <CopySnapshotDialog id={selected.DBClusterSnapshotIdentifier} onClose={close} />}
      {open === "delete" && selected && <DeleteSnapshotDialog id={selected.DBClusterSnapshotIdentifier} onClose={close} />}
    </>
  );
}
