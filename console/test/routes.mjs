// The pages and dialogs that there are, from the sources, so that no test has a list of its own.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "../src");

async function load(path) {
  const { code } = transformSync(readFileSync(join(SRC, path), "utf8"), { loader: "ts", format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
}

const { PAGES, href } = await load("model/route.ts");

export function pages() {
  return Object.keys(PAGES);
}

// Addresses of every page and tab; `ids`: by page, what there is to look at.
export function addresses(ids) {
  return Object.entries(PAGES).flatMap(([page, { id, title, tabs }]) => {
    const shown = [...(title ? [""] : []), ...(id ? [ids[page]] : [])];
    if (shown.includes(undefined)) throw new Error(`the test knows no ${page} to look at`);
    return shown.flatMap((one) => (tabs ? Object.keys(tabs).map((tab) => href(page, one, tab)) : [href(page, one)]));
  });
}

// Components that are a dialog in front of a page, by name.
export function dialogs() {
  const found = [];
  for (const file of readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".tsx"))) {
    let name = "";
    for (const line of readFileSync(join(SRC, file), "utf8").split("\n")) {
      name = /^(?:export )?function ([A-Z]\w*)/.exec(line)?.[1] ?? name;
      if (/<(Dialog|Modal|CollectionPreferences)\b/.test(line) && name !== "Dialog") found.push(name);
    }
  }
  return [...new Set(found)].sort();
}
