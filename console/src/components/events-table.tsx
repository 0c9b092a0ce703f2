// Events, newest first; of one or several sources, or all.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useEffect, useState } from "react";
import { all, messageOf } from "../api/client";
import type { Event } from "../api/types";
import { href } from "../model/route";
import * as text from "../model/text";
import { useRegion, useVersion } from "../state/region";
import { Empty, Failed } from "./states";

const FORTNIGHT_MINUTES = 20160;

const KINDS: Record<string, string> = { "db-cluster": "cluster", "db-instance": "instance" };

type Props = { sources?: readonly string[]; variant?: "container" | "full-page" };

export function EventsTable({ sources, variant = "container" }: Props) {
  const { clusters, instances } = useRegion();
  const version = useVersion();
  const [events, setEvents] = useState<Event[]>();
  const [error, setError] = useState("");
  const [tries, setTries] = useState(0);
  const retry = () => setTries((n) => n + 1);
  useEffect(() => {
    let here = true;
    all<Event>("DescribeEvents", "Events", { Duration: FORTNIGHT_MINUTES }).then(
      (found) => here && (setEvents(found.reverse()), setError("")),
      (e: unknown) => here && setError(messageOf(e)),
    );
    return () => {
      here = false;
    };
  }, [version, tries]);
  const known = new Set([...clusters.map((c) => c.DBClusterIdentifier), ...instances.map((i) => i.DBInstanceIdentifier)]);
  const wanted = (events ?? []).filter((e) => !sources || sources.includes(e.SourceIdentifier));
  const { items, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(wanted, {
    filtering: {
      empty: error ? <Failed error={error} retry={retry} /> : <Empty title="No events" />,
      noMatch: <Empty title="No matches" />,
      filteringFunction: (e, t) => [e.SourceIdentifier, e.SourceType, e.Message].some((field) => field.toLowerCase().includes(t.toLowerCase())),
    },
    sorting: {},
    pagination: { pageSize: 25 },
  });
  return (
    <Table
      {...collectionProps} items={items} variant={variant} loading={events === undefined && !error} loadingText="Loading events" wrapLines
      ariaLabels={{ tableLabel: "Events" }}
      columnDefinitions={[
        { id: "time", header: "Time", sortingField: "Date", cell: (e) => text.time(e.Date), width: 260 },
        {
          id: "source", header: "Source", sortingField: "SourceIdentifier", width: 300, isRowHeader: true,
          cell: (e) => (known.has(e.SourceIdentifier) && KINDS[e.SourceType] ? <Link href={href(KINDS[e.SourceType]!, e.SourceIdentifier)}>{e.SourceIdentifier}</Link> : e.SourceIdentifier),
        },
        { id: "type", header: "Type", sortingField: "SourceType", cell: (e) => text.status(e.SourceType.replace(/^db-(cluster-(?=snapshot))?/, "")), width: 120 },
        { id: "message", header: "Message", cell: (e) => e.Message },
      ]}
      header={<Header variant={variant === "full-page" ? "awsui-h1-sticky" : "h2"} counter={`(${wanted.length})`} description="Of the last 14 days.">Events</Header>}
      filter={<TextFilter {...filterProps} filteringPlaceholder="Find events" filteringAriaLabel="Find events" countText={filteredItemsCount === undefined ? "" : `${filteredItemsCount} matches`} />}
      pagination={<Pagination {...paginationProps} />}
    />
  );
}
