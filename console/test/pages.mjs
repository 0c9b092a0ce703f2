// Every page and every dialog, on a made-up world: what axe-core says in light and dark, wide and narrow;
// text that would be a program; refusals, waiting and nothing; the viewer's time zone; the page's policy.
//   node test/pages.mjs URL [PART ...]     (of a daemon that serves the bundle; its API is not asked)
import Axe from "./axe.mjs";
import { DIALOGS } from "./dialogs.mjs";
import { focusStays, rings } from "./focus.mjs";
import { check, figure, open, run } from "./page.mjs";
import { addresses, dialogs } from "./routes.mjs";
import { clusterOf, HOSTILE, hostile, IDS, NOTHING, region, serve } from "./stub.mjs";
import { at, opened, said, says, settled, visit as visitAt } from "./world.mjs";

const [url, ...parts] = process.argv.slice(2);
const MODES = ["light", "dark"].flatMap((colorScheme) => [[colorScheme, 1440], [colorScheme, 400]]);
const READS = /^(Describe|Download|GET )/;

const visit = (...more) => visitAt(url, ...more);
const PARTS = {
  all: looks,
  hostile: hostileText, refusals, waiting, zones, policy,
  notices, focus: () => focusStays(url),
  rings: () => rings(url, ["light", "dark"]),
};
const wanted = parts.length ? parts : Object.keys(PARTS);
await run(async () => {
  const there = dialogs();
  check(`all ${there.length} dialogs of the sources are opened here`, there.every((d) => DIALOGS[d]) && there.length === Object.keys(DIALOGS).length,
        there.filter((d) => !DIALOGS[d]).concat(Object.keys(DIALOGS).filter((d) => !there.includes(d))));
  for (const part of wanted) {
    const begun = Date.now();
    await PARTS[part]().catch((error) => check(`${part} came to its end`, false, error.stack.replaceAll("\n", " | ")));
    figure(`pages, ${part}`, (Date.now() - begun) / 1000, "s");
  }
  check("no script failed and no rule of the page's policy was broken on the way", said.length === 0, said.join("\n"));
});

// What axe-core calls serious or critical.
async function serious(page) {
  const { violations } = await new Axe(page).analyze();
  return violations.filter((v) => ["serious", "critical"].includes(v.impact)).flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 300)}`));
}

async function looks() {
  await visit(region(), {}, async (page) => {
    for (const [colorScheme, width] of MODES) {
      const found = new Map(); // what is wrong: where
      const wide = [];
      let looked = 0;
      const look = async (what) => {
        looked++;
        for (const said of await serious(page)) found.set(said, [...(found.get(said) ?? []), what]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) wide.push(`${what}: by ${over} px`);
      };
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const address of addresses(IDS)) {
        await at(page, address);
        await look(address);
      }
      for await (const { name, fillIn } of opened(page)) {
        await fillIn();
        await look(name);
      }
      check(`${looked} pages and dialogs, ${colorScheme}, ${width} px wide: nothing serious for who cannot see or use a mouse`, found.size === 0, [...found].map(([said, where]) => `${said} (${where.length}: ${where[0]} ...)`).join("\n"));
      check(`${looked} pages and dialogs, ${colorScheme}: nothing is wider than ${width} px`, wide.length === 0, wide.join("\n"));
    }
  });
  const closed = { refuse: (action) => (action === "GET /console/session" ? { status: 401, message: "Sign in first." } : undefined) };
  await visit(region(), closed, async (page) => {
    const bad = [];
    for (const [colorScheme, width] of MODES) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const way of ["One-time password", "Access key"]) {
        if (width > 600) await page.getByRole("button", { name: way, exact: true }).click();
        else {
          await page.getByRole("button", { name: "How to sign in" }).click();
          await page.getByRole("option", { name: way }).click();
        }
        bad.push(...(await serious(page)).map((said) => `${colorScheme} ${width} ${way}: ${said}`));
      }
    }
    check("the door: nothing serious either", bad.length === 0, bad.join("\n"));
  });
}

async function hostileText() {
  const world = hostile(region());
  const ids = Object.fromEntries(Object.entries(IDS).map(([page, id]) => [page, `${id} ${HOSTILE}`]));
  await visit(world, {}, async (page) => {
    const marks = () => page.evaluate(() => [
      window.hacked, document.querySelectorAll("img[src='x'], #root script").length,
      [...document.querySelectorAll("a[href]")].filter((a) => /^\s*(javascript|data|vbscript):/i.test(a.getAttribute("href"))).length,
    ].join());
    const bad = [];
    let shown = 0;
    for (const address of addresses(ids)) {
      await at(page, address);
      if ((await page.locator("#root").innerText()).includes("<img src=x onerror=")) shown++;
      if ((await marks()) !== ",0,0") bad.push(`${address}: ${await marks()}`);
    }
    for (const file of ["audit/audit.log", "error/mysqld.err", "slowquery/slow.log"]) {
      await at(page, addresses(ids).find((a) => a.startsWith("#/instance/") && a.endsWith("/events")));
      await page.getByRole("button", { name: /^Log file/ }).click();
      await page.getByRole("option", { name: file }).click();
      await page.locator("pre.log").getByText("<img src=x onerror=").waitFor();
      if ((await marks()) !== ",0,0") bad.push(`${file}: ${await marks()}`);
    }
    const all = addresses(ids).length;
    check(`names, tags, events, log lines and records that would be programs are shown as text on ${shown} of ${all} pages`, shown >= all - 3 && bad.length === 0, bad.join("\n"));
  });
}

// What the API says of each request that changes something is in the dialog that sent it; of each that
// reads, on the page that wanted it, which tries again when it is told to.
async function refusals() {
  let refused = READS;
  const refuse = (action) => (refused.test(action) ? undefined : { message: `Refused, said of ${action}` });
  await visit(region(), { refuse: (action) => refuse(action) }, async (page) => {
    const bad = [];
    let sent = 0;
    for await (const { name, dialog, fillIn, go } of opened(page)) {
      if (!go) continue;
      sent++;
      await fillIn();
      await dialog.getByRole("button", { name: go, exact: true }).click();
      await says(dialog, /Refused, said of/).catch(() => bad.push(name));
    }
    check(`${sent} dialogs say what the API refused, and stay`, bad.length === 0, bad);
    await at(page, "#/create");
    await page.getByLabel("DB cluster identifier").fill("shop");
    await page.getByLabel("Generate a password").check();
    await page.getByRole("button", { name: "Create database" }).click();
    await says(page, "Refused, said of CreateSecurityGroup");
    refused = /^(Describe|Download|GET |CreateSecurityGroup|AuthorizeSecurity|DeleteSecurityGroup)/;
    await page.getByRole("button", { name: "Create database" }).click();
    await says(page, "Refused, said of CreateDBCluster");
    await at(page, "#/try/db-one");
    await page.getByLabel("Password of admin").fill("cloud-academy-9");
    await page.getByRole("button", { name: "Insert 100 rows" }).click();
    await says(page, "Refused, said of POST /console/trial");
    await page.getByRole("button", { name: "Crash db-one-instance-1" }).click();
    await says(page, "Refused, said of CrashDBInstance");
    await at(page, "#/cluster/db-one/tags");
    await page.getByRole("button", { name: "Add tag" }).click();
    await page.getByLabel("Key of tag 2").fill("k");
    await page.getByRole("button", { name: "Save" }).click();
    await says(page, "Refused, said of AddTagsToResource");
    await at(page, "#/parameter-group/mine/cluster");
    await page.getByRole("button", { name: "Edit long_query_time" }).click();
    await page.getByRole("textbox", { name: "Value" }).fill("x");
    await page.getByRole("button", { name: "Save" }).click();
    await says(page, "Refused, said of ModifyDBClusterParameterGroup");
    await page.getByRole("button", { name: /BRLSKEY1/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await says(page, "Refused, said of DELETE /console/session");
    check("and so do forms, fields, the crash button, tags, parameters and the way out", true);
  });
  const tables = {
    DescribeDBClusters: ["#/databases", "#/snapshots", "#/security-groups", "#/cluster/db-one", "#/instance/db-one-instance-1", "#/try", "#/log"],
    DescribeEvents: ["#/events", "#/cluster/db-one/events"], DescribeDBLogFiles: ["#/cluster/db-one/events"], DownloadDBLogFilePortion: ["#/cluster/db-one/events"],
    DescribeDBParameterGroups: ["#/parameter-groups"], DescribeDBClusterParameters: ["#/parameter-group/mine/cluster"],
    "GET /console/keys": ["#/settings"], "GET /console/log": ["#/log/db-one"],
  };
  for (const [action, pages] of Object.entries(tables)) {
    let down = true;
    await visit(region(), { everyMs: 1e6, refuse: (a) => (down && a === action ? { message: `Refused, said of ${action}` } : undefined) }, async (page) => {
      const bad = [];
      for (const address of pages) {
        await page.evaluate((hash) => (location.hash = hash), address);
        await says(page.locator("main"), `Refused, said of ${action}`).catch(() => bad.push(address));
      }
      down = false;
      const again = page.getByRole("button", { name: /^(Try again|Read again)$/ });
      if (await again.count()) await again.first().click();
      await page.locator("main").getByText(`Refused, said of ${action}`).filter({ visible: true }).first().waitFor({ state: "detached" }).catch(() => bad.push("it does not heal"));
      check(`a refused ${action} is said where it is missed (${pages.length} pages), and heals`, bad.length === 0, bad.join(" "));
    });
  }
}

// Nothing to show, and nothing to show yet.
async function waiting() {
  const none = {
    "#/databases": "No databases", "#/snapshots": "No snapshots", "#/parameter-groups": "No parameter groups", "#/security-groups": "No security groups",
    "#/events": "No events", "#/settings": "No access keys", "#/try": "No cluster to try", "#/log": "No cluster", "#/cluster/gone": "The cluster gone is not there",
    "#/instance/gone": "The instance gone is not there", "#/security-group/gone": "The security group gone is not there", "#/nowhere": "This page is not there",
    "#/parameter-group/gone/cluster": "No parameters",
  };
  await visit(NOTHING, {}, async (page) => {
    const bad = [];
    for (const [address, words] of Object.entries(none)) {
      await at(page, address);
      await page.getByText(words, { exact: false }).first().waitFor().catch(() => bad.push(address));
    }
    check(`${Object.keys(none).length} pages say so when there is nothing`, bad.length === 0, bad.join(" "));
  });
  const empty = { ...region(), ...NOTHING, instances: region().instances };
  empty.rds = { ...NOTHING.rds, DescribeDBClusters: { DBClusters: [clusterOf("db-one", { TagList: [], Endpoint: undefined })] } };
  await visit(empty, {}, async (page) => {
    const bad = [];
    for (const [tab, words] of Object.entries({ connectivity: "No endpoints yet", events: "No log files yet|No events", backups: "No snapshots", tags: "No tags" })) {
      await at(page, `#/cluster/db-one/${tab}`);
      await page.getByText(new RegExp(words)).first().waitFor().catch(() => bad.push(tab));
    }
    await page.getByText("No instances").waitFor();
    await at(page, "#/log/db-one");
    await page.getByText("The log is empty").waitFor();
    check("so do the tables of an empty cluster", bad.length === 0, bad.join(" "));
  });
  let release;
  const gate = new Promise((resolve) => (release = resolve));
  await visit(region(), { hold: (action) => (action === "GET /console/session" ? undefined : gate) }, async (page) => {
    const bad = [];
    const words = {
      "#/databases": "Loading databases", "#/snapshots": "Loading snapshots", "#/parameter-groups": "Loading parameter groups", "#/security-groups": "Loading security groups",
      "#/events": "Loading events", "#/settings": "Loading keys", "#/parameter-group/mine/cluster": "Loading parameters", "#/cluster/db-one": "Loading", "#/instance/x": "Loading",
      "#/try": "Loading", "#/log": "Loading", "#/security-group/sg-1": "Loading",
    };
    for (const [address, text] of Object.entries(words)) {
      await page.evaluate((hash) => (location.hash = hash), address);
      await page.getByText(text).first().waitFor().catch(() => bad.push(address));
      if (/No |is not there/.test(await page.locator("main").innerText())) bad.push(`${address} says that there is nothing`);
    }
    release();
    await at(page, "#/databases");
    await page.getByText("db-one-instance-1").first().waitFor().catch(() => bad.push("it does not come"));
    check(`${Object.keys(words).length} pages say that they wait, and not that there is nothing`, bad.length === 0, bad.join(" "));
  });
}

async function zones() {
  for (const [timezoneId, time] of [["Asia/Kolkata", /Nov 26, 2026, 11:00:00\sPM GMT\+5:30/], ["America/New_York", /Nov 26, 2026, 12:30:00\sPM EST/]]) {
    await visit(region(), { context: { timezoneId, locale: "en-US" } }, async (page) => {
      const bad = [];
      for (const address of ["#/events", "#/snapshots", "#/cluster/db-one/configuration", "#/cluster/db-one/backups", "#/instance/db-one-instance-1/configuration", "#/settings"]) {
        await at(page, address);
        await page.getByText(time).first().waitFor().catch(() => bad.push(address));
      }
      check(`times are of the viewer's zone: ${timezoneId}`, bad.length === 0, bad.join(" "));
    });
  }
}

// Words go by themselves after a while; a password that is shown once does not.
async function notices() {
  await visit(region(), {}, async (page) => {
    await page.clock.install();
    await page.reload();
    await at(page, "#/cluster/db-one");
    await page.getByRole("button", { name: "Actions" }).first().click();
    await page.getByRole("menuitem", { name: "Stop temporarily" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    await page.getByText("db-one is being stopped").waitFor();
    await at(page, "#/create");
    await page.getByLabel("DB cluster identifier").fill("shop");
    await page.getByLabel("Generate a password").check();
    await page.getByRole("button", { name: "Create database" }).click();
    await page.getByText("which is shown only now").waitFor();
    await page.clock.fastForward(600_000);
    await page.getByText("db-one is being stopped").waitFor({ state: "detached" });
    check("a notice of words goes by itself, one with a password stays", await page.getByRole("button", { name: "Copy password" }).isVisible());
  });
}

// A script that got into the page does not run, nor is anything loaded or sent elsewhere.
async function policy() {
  const { browser, page } = await open(url);
  try {
    await serve(page, region());
    await page.goto(`${url}/#/databases`);
    await settled(page);
    const rules = ["connect-src", "frame-src", "script-src", "script-src-attr", "script-src-elem"];
    const tried = await page.evaluate(async (rules) => {
      const broken = [];
      document.addEventListener("securitypolicyviolation", (e) => broken.push(e.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.inline = 1";
      document.body.append(script);
      const holder = document.createElement("div");
      holder.innerHTML = "<img src=x onerror='window.inline = 2'><a href='javascript:window.inline = 3'>x</a>";
      document.body.append(holder);
      holder.querySelector("a").click();
      const elsewhere = await fetch("http://127.0.0.1:9/").then(() => "asked", () => "not asked");
      const framed = document.createElement("iframe");
      framed.src = "http://127.0.0.1:9/";
      document.body.append(framed);
      // Later, for what the driver itself runs may evaluate.
      const evaluated = await new Promise((resolve) => setTimeout(() => {
        try {
          resolve(String(new Function("return 1")()));
        } catch {
          resolve("no");
        }
      }));
      const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      for (const end = Date.now() + 20_000; Date.now() < end && !rules.every((r) => broken.includes(r));) await wait(50);
      await wait(300); // for what was not stopped
      return { inline: window.inline, elsewhere, evaluated, broken: [...new Set(broken)].sort() };
    }, rules);
    check("the page's policy stops inline scripts, handlers, javascript: links, eval, frames and requests elsewhere",
          tried.inline === undefined && tried.evaluated === "no" && tried.elsewhere === "not asked" && rules.every((r) => tried.broken.includes(r)), JSON.stringify(tried));
  } finally {
    await browser.close();
  }
}
