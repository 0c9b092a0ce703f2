// What draws each page of model/route.ts.
import { lazy, type ReactNode } from "react";
import { isPage, type PageName, type Route } from "../model/route";
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

const ELEMENTS: Record<PageName, (route: Route) => ReactNode> = {
  databases: () => <DatabasesPage />,
  create: () => <CreatePage />,
  cluster: ({ id, tab }) => <ClusterPage key={id} id={id} tab={tab} />,
  instance: ({ id, tab }) => <InstancePage key={id} id={id} tab={tab} />,
  snapshots: () => <SnapshotsPage />,
  "parameter-groups": () => <ParameterGroupsPage />,
  "parameter-group": ({ id, tab }) => <ParameterGroupPage key={id} name={id} kind={tab === "instance" ? "instance" : "cluster"} />,
  "security-groups": () => <SecurityGroupsPage />,
  "security-group": ({ id }) => <SecurityGroupPage key={id} id={id} />,
  events: () => <EventsPage />,
  try: ({ id }) => <TryPage id={id} />,
  log: ({ id }) => <LogPage id={id} />,
  settings: () => <SettingsPage />,
};

export function Page({ route }: { route: Route }) {
  return isPage(route.page) ? ELEMENTS[route.page](route) : <NothingHere />;
}
