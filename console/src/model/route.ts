// Every page there is, and where in the console one is as the fragment of the address:
// "#/cluster/db-1/monitoring". What draws a page is in pages/pages.tsx, which has to know each of these;
// test/pages.mjs visits each.

type PageInfo = {
  title?: string; // none: it is called as the thing that it shows
  parent?: string; // the page above it
  id?: boolean; // it shows one thing, whose name is in the address
  tabs?: Record<string, string>; // by the name in the address: as a person reads it
};

export const CLUSTER_TABS = {
  connectivity: "Connectivity & security", monitoring: "Monitoring", events: "Logs & events", configuration: "Configuration",
  backups: "Maintenance & backups", tags: "Tags",
};
export const INSTANCE_TABS = {
  connectivity: "Connectivity & security", monitoring: "Monitoring", events: "Logs & events", configuration: "Configuration",
  maintenance: "Maintenance", tags: "Tags",
};

export const PAGES = {
  databases: { title: "Databases" },
  create: { title: "Create database", parent: "databases" },
  cluster: { parent: "databases", id: true, tabs: CLUSTER_TABS },
  instance: { parent: "databases", id: true, tabs: INSTANCE_TABS },
  snapshots: { title: "Snapshots" },
  "parameter-groups": { title: "Parameter groups" },
  "parameter-group": { parent: "parameter-groups", id: true },
  "security-groups": { title: "Security groups" },
  "security-group": { parent: "security-groups", id: true },
  events: { title: "Events" },
  try: { title: "Try it", id: true },
  log: { title: "The log, live", id: true },
  settings: { title: "Settings" },
} satisfies Record<string, PageInfo>;

export type PageName = keyof typeof PAGES;
export type Route = { page: string; id: string; tab: string };

export function isPage(page: string): page is PageName {
  return Object.hasOwn(PAGES, page);
}

export function infoOf(page: string): PageInfo {
  return isPage(page) ? PAGES[page] : {};
}

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").map(decode);
  const page = parts[0] || "databases";
  if (!infoOf(page).id) return { page, id: "", tab: parts[1] ?? "" };
  return { page, id: parts[1] ?? "", tab: parts[2] ?? "" };
}

export function href(page: string, id = "", tab = ""): string {
  const parts = [page, ...(id ? [id] : []), ...(tab ? [tab] : [])];
  return "#/" + parts.map(encodeURIComponent).join("/");
}

export function titleOf(route: Route): string {
  return route.id || infoOf(route.page).title || "Nothing here";
}

// The way to a page, from above.
export function trailOf(route: Route): { text: string; href: string }[] {
  const info = infoOf(route.page);
  const parent = info.parent ?? (route.id ? route.page : undefined);
  const here = { text: titleOf(route), href: href(route.page, route.id) };
  return parent ? [{ text: infoOf(parent).title ?? parent, href: href(parent) }, here] : [here];
}

// The page of the navigation that a page belongs to.
export function sectionOf(route: Route): string {
  return infoOf(route.page).parent ?? route.page;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bad escape that somebody typed
  }
}
