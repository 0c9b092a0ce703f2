// Screenshots of every page for docs/console.md, on a control plane of its own:
//   console/tools/screenshots     (which starts it)
// A picture is called as its page, with more behind it; a page without one is a failed claim.
import { mkdirSync, writeFileSync } from "node:fs";
import { ask, check, open, run, signIn } from "../test/page.mjs";
import { pages } from "../test/routes.mjs";
import { withPalette } from "./palette.mjs";

const [url, password, port, out] = process.argv.slice(2);
const CLUSTER = "cloudacademy-db-multi";
const MASTER = "cloud-academy-9";
const NAMES = { try: "try-it" };
mkdirSync(out, { recursive: true });

await run(async () => {
  const { browser, page } = await open(url, { viewport: { width: 1440, height: 900 } });
  const taken = new Set();
  // A whole page is one in a window as high as it.
  const shot = async (name, { fullPage = false } = {}) => {
    const window = page.viewportSize();
    if (fullPage) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ ...window, height: Math.max(window.height, height) });
    }
    await page.mouse.move(0, 0);
    taken.add(name);
    await page.waitForTimeout(500); // until transitions end
    writeFileSync(`${out}/${name}.png`, withPalette(await page.screenshot()));
    if (fullPage) await page.setViewportSize(window);
  };
  const at = async (hash, text) => {
    await page.goto(`${url}/#/${hash}`);
    await page.getByText(text).first().waitFor();
  };
  const call = (action, fields) => ask(`api ${action} ${JSON.stringify(fields)}`);
  try {
    await page.goto(url);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await shot("sign-in");
    await signIn(page, password);
    await page.getByText("No databases").waitFor();
    await shot("databases-empty");
    await at("create", "Database features");
    await page.getByLabel("DB cluster identifier").fill(CLUSTER);
    await page.getByLabel("Master password").fill(MASTER);
    await page.getByLabel("Confirm password").fill(MASTER);
    await page.getByLabel("Database port").fill(port);
    await page.getByRole("button", { name: "The same with the AWS CLI" }).click();
    await shot("create", { fullPage: true });
    await page.getByRole("button", { name: "Create database" }).click();
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
    await shot("creating");
    await call("CreateDBCluster", { DBClusterIdentifier: "reports", Engine: "aurora", MasterUsername: "admin", MasterUserPassword: MASTER, Port: Number(port) });
    await call("CreateDBInstance", { DBInstanceIdentifier: "reports-1", DBClusterIdentifier: "reports", DBInstanceClass: "db.t3.small", Engine: "aurora" });
    await page.goto(`${url}/#/databases`);
    for (const name of [`${CLUSTER}-instance-1`, `${CLUSTER}-instance-2`, "reports-1"]) {
      await page.getByRole("row", { name }).getByText("Available", { exact: true }).waitFor({ timeout: 60_000 });
    }
    await call("CreateDBClusterSnapshot", { DBClusterIdentifier: CLUSTER, DBClusterSnapshotIdentifier: "monday" });
    await ask(`load ${MASTER} 25`);
    await at(`try/${CLUSTER}`, "Insert 100 rows");
    await page.getByLabel("Password of admin").fill(MASTER);
    await page.getByRole("button", { name: /Two rows a second/ }).click();
    await page.getByRole("option", { name: /Ten rows a second/ }).click();
    await page.getByRole("button", { name: "Insert 100 rows" }).click();
    await page.getByText(/^3\d of 100$/).waitFor();
    await page.getByRole("button", { name: `Crash ${CLUSTER}-instance-1` }).click();
    await page.getByText(/^4[3-9] of 100$/).waitFor();
    await shot("try-it", { fullPage: true });
    await page.getByText("All 100 rows are in").first().waitFor({ timeout: 60_000 });
    await log();
    await at("databases", CLUSTER);
    await page.getByRole("radio", { name: CLUSTER, exact: true }).check();
    await page.getByRole("button", { name: "Actions" }).click();
    await shot("databases");
    await page.getByRole("button", { name: "Actions" }).click();
    await at(`cluster/${CLUSTER}/connectivity`, "Endpoints");
    await shot("cluster", { fullPage: true });
    await at(`cluster/${CLUSTER}/monitoring`, "Commits");
    await page.waitForTimeout(1500);
    await page.setViewportSize({ width: 1440, height: 1300 });
    await shot("monitoring");
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const [tab, text] of [["events", "Recovery of the DB instance is complete."], ["configuration", "Resource ID"], ["tags", "No tags."]]) {
      await at(`cluster/${CLUSTER}/${tab}`, text);
      await shot(`cluster-${tab}`);
    }
    await call("ModifyDBCluster", { DBClusterIdentifier: CLUSTER, MasterUserPassword: `${MASTER}-next` });
    await at(`cluster/${CLUSTER}/backups`, "A new master password");
    await shot("cluster-backups");
    await dialog("Restore to point in time", "restore");
    await dialog("Modify", "modify", 1100);
    await dialog("Add instance", "add-instance");
    await at(`instance/${CLUSTER}-instance-1/connectivity`, "Endpoint");
    await shot("instance", { fullPage: true });
    await dialog("Modify", "modify-instance");
    await at("snapshots", "monday");
    await shot("snapshots");
    for (const [name, text] of [["parameter-groups", "default.mariadb10.11"], ["security-groups", "default"], ["events", "DB cluster created"], ["settings", "Session"]]) {
      await at(name, text);
      await shot(name);
    }
    await at("parameter-group/default.mariadb10.11/cluster", "long_query_time").catch(() => at("parameter-group/default.mariadb10.11/cluster", "Parameter"));
    await shot("parameter-group");
    await at("security-groups", `${CLUSTER}-clients`);
    await page.getByRole("link", { name: `${CLUSTER}-clients` }).click();
    await page.getByText("Inbound rules of").first().waitFor();
    await shot("security-group");
    await page.goto(`${url}/#/databases`);
    await page.getByRole("radio", { name: CLUSTER, exact: true }).check();
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByLabel(/To confirm/).waitFor();
    await shot("delete");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.evaluate(() => localStorage.setItem("borealis-appearance", "dark"));
    await page.reload();
    await page.getByText(CLUSTER).first().waitFor();
    await page.waitForTimeout(2500); // figures
    await shot("databases-dark");
    await page.setViewportSize({ width: 1440, height: 1100 });
    await at(`cluster/${CLUSTER}/monitoring`, "Commits");
    await page.waitForTimeout(1500);
    await shot("monitoring-dark");
    await page.setViewportSize({ width: 420, height: 900 });
    await page.evaluate(() => localStorage.setItem("borealis-appearance", "light"));
    await page.reload();
    await at("databases", CLUSTER);
    await shot("databases-narrow");
    await at(`cluster/${CLUSTER}/connectivity`, "Endpoints");
    await shot("cluster-narrow");
    await at("create", "Database features");
    await shot("create-narrow");
    const without = pages().filter((name) => ![...taken].some((t) => t === name || t.startsWith(`${name}-`) || t === NAMES[name]));
    check("every page was photographed", without.length === 0, without.join());
  } catch (error) {
    await page.screenshot({ path: `${out}/failed.png`, fullPage: true }).catch(() => {});
    check("every page was photographed", false, error.stack);
  } finally {
    await browser.close();
  }

  // Both writers at work, and each has lost against the other among the records that are seen.
  async function log() {
    await ask(`load ${MASTER} 40`);
    await page.setViewportSize({ width: 1440, height: 1300 });
    await at(`log/${CLUSTER}`, "Who writes");
    const records = page.getByRole("table", { name: "Newest records" });
    for (let tries = 0; ; tries++) {
      await records.getByText(/^Lost to/).first().waitFor();
      await page.waitForTimeout(1000);
      const seen = (await records.innerText()).split("\n").slice(0, 140).join(" ");
      if ([1, 2].every((n) => seen.includes(`of instance-${n}`)) || tries > 20) break;
    }
    await page.getByRole("button", { name: "Pause" }).click();
    await shot("log");
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  // A window as high as the dialog wants.
  async function dialog(item, name, height = 900) {
    await page.setViewportSize({ width: 1440, height });
    await page.getByRole("button", { name: "Actions" }).first().click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await page.evaluate(() => window.scrollTo(0, 0));
    await shot(name);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.setViewportSize({ width: 1440, height: 900 });
  }
});
