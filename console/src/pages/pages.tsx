// Which page an address means, how it is called, and the way to it.
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import { lazy } from "react";
import { href, type Route } from "../model/route";
import { NothingHere } from "../components/states";
import { DatabasesPage } from "./databases";

// The others are fetched when they are first looked at.
const ClusterPage = lazy(() => import("./cluster").then((m) => ({ default: m.ClusterPage })));
const CreatePage = lazy(() => import("./create").then((m) => ({ default: m.CreatePage })));
const EventsPage = lazy(() => import("./events").then((m) => ({ default: m.EventsPage })));
const InstancePage = lazy(() => import("./instance").then((m) => ({ default: m.InstancePage })));
const SecurityGroupPage = lazy(() => import("./security-group").then((m) => ({ default: m.SecurityGroupPage })));
const SecurityGroupsPage = lazy(() => import("./security-groups").then((m) => ({ default: m.SecurityGroupsPage })));
const SnapshotsPage = lazy(() => import("./snapshots").then((m) => ({ default: m.SnapshotsPage })));
const ParameterGroupPage = lazy(() => import("./parameter-group").then((m) => ({ default: m.ParameterGroupPage })));
const ParameterGroupsPage = lazy(() => import("./parameter-groups").then((m) => ({ default: m.ParameterGroupsPage })));
const LogPage = lazy(() => import("./log").then((m) => ({ default: m.LogPage })));
const TryPage = lazy(() => import("./try").then((m) => ({ default: m.TryPage })));
const SettingsPage = lazy(() => import("./settings").then((m) => ({ default: m.SettingsPage })));

const TITLES: Record<string, string> = {
  databases: "Databases", create: "Create database", "security-groups": "Security groups", events: "Events",
  settings: "Settings", try: "Try it", log: "The log, live", snapshots: "Snapshots",
  "parameter-groups": "Parameter groups",
};

const PARENTS: Record<string, string> = {
  cluster: "databases", instance: "databases", create: "databases", "security-group": "security-groups",
  "parameter-group": "parameter-groups",
};

export function titleOf(route: Route): string {
  return route.id || TITLES[route.page] || "Nothing here";
}

export function trailOf(route: Route): BreadcrumbGroupProps.Item[] {
  const parent = PARENTS[route.page] ?? (route.id ? route.page : undefined);
  const here = { text: titleOf(route), href: href(route.page, route.id) };
  return parent ? [{ text: TITLES[parent] ?? parent, href: href(parent) }, here] : [here];
}

export function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "databases":
      return <DatabasesPage />;
    case "create":
      return <CreatePage />;
    case "cluster":
      return <ClusterPage key={route.id} id={route.id} tab={route.tab} />;
    case "instance":
      return <InstancePage key={route.id} id={route.id} tab={route.tab} />;
    case "security-groups":
      return <SecurityGroupsPage />;
    case "security-group":
      return <SecurityGroupPage key={route.id} id={route.id} />;
    case "events":
      return <EventsPage />;
    case "snapshots":
      return <SnapshotsPage />;
    case "parameter-groups":
      return <ParameterGroupsPage />;
    case "parameter-group":
      return <ParameterGroupPage key={route.id} name={route.id} kind={route.tab === "instance" ? "instance" : "cluster"} />;
    case "log":
      return <LogPage id={route.id} />;
    case "try":
      return <TryPage id={route.id} />;
    case "settings":
      return <SettingsPage />;
    default:
      return <NothingHere />;
  }
}
