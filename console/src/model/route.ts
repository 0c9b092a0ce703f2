// Where in the console one is, as the fragment of the address: "#/databases/cluster/db-1/monitoring".

export type Route = { page: string; id: string; tab: string };

const WITH_ID = new Set(["cluster", "instance", "security-group", "parameter-group", "snapshot", "try", "log"]);

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").map(decode);
  const page = parts[0] || "databases";
  if (!WITH_ID.has(page)) return { page, id: "", tab: parts[1] ?? "" };
  return { page, id: parts[1] ?? "", tab: parts[2] ?? "" };
}

export function href(page: string, id = "", tab = ""): string {
  const parts = [page, ...(id ? [id] : []), ...(tab ? [tab] : [])];
  return "#/" + parts.map(encodeURIComponent).join("/");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bad escape that somebody typed
  }
}
