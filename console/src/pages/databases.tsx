// Databases: clusters with their instances as a tree, live.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Button from "@cloudscape-design/components/button";
import type { CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Actions } from "../components/actions";
import { Activity, Connections, Cpu } from "../components/live";
import { Empty, useWaits } from "../components/states";
import { Status } from "../components/status";
import { href } from "../model/route";
import * as text from "../model/text";
import { keyOf, rowsOf, type Row } from "../model/tree";
import { useRegion } from "../state/region";
import { useSession } from "../state/session";

// Where the name and the status are all that there is room for.
const NARROW = window.matchMedia("(max-width: 688px)").matches;

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  { id: "id", header: "DB identifier", isRowHeader: true, sortingField: "id", cell: (r) => <Link href={href(r.kind, r.id)}>{r.id}</Link>, width: NARROW ? 200 : 355, minWidth: 150 },
  { id: "status", header: "Status", sortingField: "status", cell: (r) => <Status status={r.status} />, width: 132 },
  { id: "role", header: "Role", sortingField: "role", cell: (r) => r.role, width: 178 },
  { id: "cpu", header: "CPU", cell: (r) => (r.kind === "instance" ? <Cpu instance={r.id} /> : "-"), width: 95 },
  { id: "connections", header: "Connections", cell: (r) => (r.kind === "instance" ? <Connections instance={r.id} /> : "-"), width: 138 },
  { id: "activity", header: "Activity", cell: (r) => (r.kind === "instance" ? <Activity instance={r.id} /> : "-"), width: 160 },
  { id: "size", header: "Size", sortingField: "size", cell: (r) => r.size, width: 120 },
  { id: "zone", header: "Zone", sortingField: "zone", cell: (r) => r.zone || "-", width: 120 },
  { id: "engine", header: "Engine", sortingField: "engine", cell: (r) => r.engine, width: 140 },
];

const Preferences = lazy(() => import("../components/preferences").then((m) => ({ default: m.Preferences })));

const ANY = { value: "", label: "Any status" };

const PREFERENCES: CollectionPreferencesProps.Preferences = {
  pageSize: 20, wrapLines: false, stripedRows: false, contentDensity: "comfortable",
  visibleContent: COLUMNS.map((c) => c.id ?? ""),
};
const KEY = "borealis-databases";

function keptPreferences(): CollectionPreferencesProps.Preferences {
  try {
    return { ...PREFERENCES, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as object) };
  } catch {
    return PREFERENCES;
  }
}

export function DatabasesPage() {
  const region = useRegion();
  const session = useSession();
  const waits = useWaits();
  const [status, setStatus] = useState("");
  const [preferences, setPreferences] = useState(keptPreferences);
  useEffect(() => localStorage.setItem(KEY, JSON.stringify(preferences)), [preferences]);
  const rows = useMemo(() => rowsOf(region.clusters, region.instances), [region.clusters, region.instances]);
  // What there is, and what was chosen.
  const statuses = useMemo(() => {
    const there = new Set([...rows.map((r) => r.status), ...(status ? [status] : [])]);
    return [ANY, ...[...there].sort().map((value) => ({ value, label: text.status(value) }))];
  }, [rows, status]);
  const create = <Button variant="primary" href={href("create")} disabled={session.read_only}>Create database</Button>;
  const { items, collectionProps, filterProps, filteredItemsCount, paginationProps, actions } = useCollection(rows, {
    expandableRows: { getId: keyOf, getParentId: (r) => (r.parent === null ? null : `cluster ${r.parent}`), defaultExpandedItems: undefined },
    filtering: {
      empty: waits.failed ?? <Empty title="No databases" action={create}>Create one with several writers and crash them.</Empty>,
      noMatch: <Empty title="No matches" action={<Button onClick={() => { actions.setFiltering(""); setStatus(""); }}>Clear the filter</Button>} />,
      filteringFunction: (row, words) =>
        (status === "" || row.status === status) &&
        [row.id, row.role, row.status, row.engine, row.size, row.zone].some((t) => t.toLowerCase().includes(words.toLowerCase())),
    },
    sorting: { defaultState: { sortingColumn: COLUMNS[0]! } },
    pagination: { pageSize: preferences.pageSize },
    selection: { trackBy: keyOf },
  });
  // New clusters come expanded; what a person closed stays closed.
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const expandedItems = rows.filter((r) => r.kind === "cluster" && !closed.has(keyOf(r)));
  const selected = collectionProps.selectedItems?.[0];
  const current = selected && rows.find((r) => keyOf(r) === keyOf(selected));
  return (
    <Table
      {...collectionProps}
      expandableRows={{
        ...collectionProps.expandableRows!,
        expandedItems,
        onExpandableItemToggle: ({ detail }) =>
          setClosed((before) => {
            const after = new Set(before);
            if (detail.expanded) after.delete(keyOf(detail.item));
            else after.add(keyOf(detail.item));
            return after;
          }),
      }}
      variant="full-page" stickyHeader resizableColumns
      items={items} loading={waits.loading} loadingText="Loading databases" trackBy={keyOf}
      selectionType="single"
      columnDefinitions={COLUMNS} columnDisplay={COLUMNS.map((c) => ({ id: c.id ?? "", visible: preferences.visibleContent?.includes(c.id ?? "") ?? true }))}
      wrapLines={preferences.wrapLines || NARROW} stripedRows={preferences.stripedRows} contentDensity={preferences.contentDensity}
      ariaLabels={{ tableLabel: "Databases", selectionGroupLabel: "Choose a database", itemSelectionLabel: (_, row) => row.id }}
      header={
        <Header
          variant="awsui-h1-sticky" counter={`(${region.clusters.length})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" onClick={region.refresh} />
              <Actions row={current} />
              {create}
            </SpaceBetween>
          }
        >
          Databases
        </Header>
      }
      filter={
        <SpaceBetween direction="horizontal" size="xs">
          <TextFilter
            {...filterProps} filteringPlaceholder="Find databases" filteringAriaLabel="Find databases"
            countText={filteredItemsCount === undefined ? "" : `${filteredItemsCount} matches`}
          />
          <Select
            ariaLabel="Status" options={statuses} selectedOption={statuses.find((s) => s.value === status) ?? ANY}
            onChange={({ detail }) => setStatus(detail.selectedOption.value ?? "")}
          />
        </SpaceBetween>
      }
      pagination={<Pagination {...paginationProps} />}
      preferences={
        <Suspense>
          <Preferences columns={COLUMNS} preferences={preferences} onConfirm={setPreferences} />
        </Suspense>
      }
    />
  );
}
