// What can be done with clusters that live, each clicked, on a real daemon with real servers, and what came of it
// seen by SQL at the endpoints: easy create, add instance, change of the password, custom endpoint, rules, reboot,
// restore to a moment, clone, stop and start, deletion with a final snapshot, its copy, groups, keys.
//   node test/operations.mjs URL KEY SECRET     (of an access key)
import { ask, check, open, play, run } from "./page.mjs";

const [url, key, secret] = process.argv.slice(2);
const CLUSTER = "shop";
const GROUP = `${CLUSTER}-clients`;
const NEW = "cloud-academy-9";
const TABLE = "shop.orders";
const LONG = { timeout: 180_000 };
// Where the viewer is not where the daemon is: moments are typed and shown in the viewer's zone.
const OPTIONS = { timezoneId: "Asia/Kolkata", locale: "en-US" };

await run(async () => {
  const opened = await open(url, OPTIONS);
  const { page } = opened;
  const writer = (n) => `${CLUSTER}-instance-${n}`;
  const at = {}; // addresses by what they are of
  let password = "";
  const dialog = page.getByRole("dialog");
  await play("operations", opened, [door, create, connect, add, changePassword, endpoint, rules, reboot, moment, clone, stopAndStart, removeCopies, finalSnapshot, groups, keys]);

  // --- What a person does -----------------------------------------------------------------------------------
  async function go(address, heading) {
    await page.goto(`${url}/#/${address}`);
    await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  }
  function cluster(name, tab = "connectivity") {
    return go(`cluster/${name}/${tab}`, name);
  }

  async function act(item) {
    await page.getByRole("button", { name: "Actions" }).first().click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  }

  async function press(button) {
    await dialog.getByRole("button", { name: button, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  }

  async function copied(what) {
    await page.getByRole("button", { name: `Copy ${what}`, exact: true }).first().click();
    return page.evaluate(() => navigator.clipboard.readText());
  }

  // The status of a row in the tree of databases, as it is shown.
  async function shows(name, status) {
    await page.goto(`${url}/#/databases`);
    const row = page.getByRole("treegrid", { name: "Databases" }).getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
    await row.getByText(status, { exact: true }).waitFor(LONG);
  }

  async function addresses(name, ...instances) {
    await cluster(name);
    for (const of of [name, ...instances]) at[of] = await copied(`address of ${of}`);
  }

  // --- What came of it --------------------------------------------------------------------------------------
  async function sql(of, statement, by = password) {
    return JSON.parse(await ask(`sql ${at[of]} ${by} ${statement}`));
  }
  async function does(of, statement) {
    const said = await sql(of, statement);
    if (said.error) throw new Error(`${statement} at ${of}: error ${said.error}`);
  }
  function content(of) {
    return ask(`content ${at[of]} ${password} ${TABLE}`);
  }
  async function serves(of, by = password) {
    return JSON.stringify(await sql(of, "SELECT 1", by)) === "[[1]]";
  }
  // The number of the refusal: 1045 of the server, 2003 or 2013 of who is not let in.
  async function refused(of, by = password) {
    return (await sql(of, "SELECT 1", by)).error;
  }
  async function comesTo(what, holds) {
    for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(100)) if (await holds()) return;
    throw new Error(`it does not come to be: ${what}`);
  }

  // --- The parts --------------------------------------------------------------------------------------------
  async function door() {
    await page.goto(url);
    await page.getByRole("button", { name: "Access key", exact: true }).click();
    await page.getByLabel("Access key ID").fill(key);
    await page.getByLabel("Secret access key").fill(secret);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No databases").waitFor();
    check("one signs in with an access key", true);
  }

  async function create() {
    await go("create", "Create database");
    await page.getByRole("radio", { name: /Easy create/ }).check();
    await page.getByLabel("DB cluster identifier").fill(CLUSTER);
    await page.getByLabel("Generate a password").check();
    await page.getByRole("button", { name: "Create database" }).click();
    await page.getByRole("heading", { level: 1, name: CLUSTER, exact: true }).waitFor();
    password = await copied("password");
    for (const n of [1, 2]) await page.getByRole("row", { name: writer(n) }).getByText("Available", { exact: true }).first().waitFor(LONG);
    await addresses(CLUSTER, writer(1), writer(2));
    await does(CLUSTER, "CREATE DATABASE shop");
    await does(CLUSTER, `CREATE TABLE ${TABLE} (id INT PRIMARY KEY, what VARCHAR(40), who VARCHAR(40))`);
    for (const n of [1, 2]) await does(writer(n), `INSERT INTO ${TABLE} SELECT seq, md5(seq), @@aurora_server_id FROM shop.seq_${n * 100}_to_${n * 100 + 99}`);
    const rows = await Promise.all([1, 2].map((n) => sql(writer(n), `SELECT count(*), count(DISTINCT who) FROM ${TABLE}`)));
    check("easy create makes two writers that are reached by the generated password", rows.every((r) => JSON.stringify(r) === "[[200,2]]"), JSON.stringify(rows));
  }

  // The pieces of programs run as they stand there.
  async function connect() {
    await cluster(CLUSTER);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CA certificate" }).click()]);
    const authority = await download.path();
    const programs = [["mysql client", "mariadb"], ["Python", "python"], ["Node", "node"]];
    if ((await ask("jdbc")) === "ok") programs.push(["JDBC", "jdbc"]);
    for (const [tab, program] of programs) {
      await page.getByRole("tab", { name: tab, exact: true }).click();
      const text = await page.getByLabel(`${tab} snippet`, { exact: true }).innerText();
      const said = await ask(`run ${program} ${authority} ${password} ${JSON.stringify(text)}`);
      check(`the piece for ${tab} connects as it stands`, said === "200", said);
    }
  }

  async function add() {
    await cluster(CLUSTER);
    await act("Add instance");
    await press("Add instance");
    await shows(writer(3), "Available");
    const level = await page.getByRole("row").filter({ has: page.getByRole("link", { name: writer(3), exact: true }) }).getAttribute("aria-level");
    await addresses(CLUSTER, writer(3));
    await does(writer(3), `INSERT INTO ${TABLE} VALUES (300, 'of the third', @@aurora_server_id)`);
    const there = await sql(writer(1), `SELECT who FROM ${TABLE} WHERE id = 300`);
    check("an added instance is in the tree below its cluster, and takes writes that the others see", level === "2" && JSON.stringify(there) === JSON.stringify([[writer(3)]]), `${level} ${JSON.stringify(there)}`);
  }

  // In the window first, then at once after all.
  async function changePassword() {
    const day = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(new Date().getUTCDay() + 3) % 7];
    await cluster(CLUSTER, "backups");
    await act("Modify");
    await dialog.getByLabel("Maintenance window").fill(`${day}:04:00-${day}:05:00`);
    await dialog.getByLabel("New master password").fill(NEW);
    await dialog.getByRole("radio", { name: /In the next maintenance window/ }).and(page.locator(":checked")).waitFor();
    await press("Modify");
    const waits = page.getByText("A new master password", { exact: true });
    await waits.waitFor();
    check("a new password waits for the maintenance window, as the page says", (await serves(CLUSTER)) && (await refused(CLUSTER, NEW)) === 1045);
    await page.getByRole("tab", { name: "Configuration" }).click();
    await page.getByText("From the next maintenance window on").waitFor();
    await act("Modify");
    await dialog.getByText(/What waits already comes, too: A new master password/).waitFor();
    await dialog.getByRole("radio", { name: /^Now/ }).check();
    await press("Modify");
    await page.getByText("From the next maintenance window on").waitFor({ state: "detached" });
    await shows(CLUSTER, "Available");
    await comesTo("the new password", async () => serves(CLUSTER, NEW));
    check("and comes at once when it is told to", (await refused(writer(2))) === 1045);
    password = NEW;
  }

  async function endpoint() {
    await cluster(CLUSTER);
    await page.getByRole("button", { name: "Create custom endpoint" }).click();
    await dialog.getByLabel("Identifier").fill("reports");
    await dialog.getByRole("button", { name: /^Instances/ }).click();
    await page.getByRole("option", { name: writer(2) }).click();
    await page.keyboard.press("Escape"); // of the choice
    await press("Create");
    await page.getByRole("row").filter({ hasText: "Custom" }).getByText("Available", { exact: true }).waitFor();
    at.reports = await copied("address of reports");
    const who = [];
    for (let n = 0; n < 3; n++) who.push((await sql("reports", "SELECT @@aurora_server_id"))[0]?.[0]);
    check("a custom endpoint leads to the chosen instance", who.every((w) => w === writer(2)), who);
    await page.getByRole("radio", { name: "Endpoint of reports" }).check();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await press("Delete");
    await page.getByRole("row").filter({ hasText: "Custom" }).waitFor({ state: "detached" });
    await comesTo("the end of the endpoint", async () => (await refused("reports")) === 2003);
    check("and is gone when it is deleted", true);
  }

  async function rules() {
    await cluster(CLUSTER);
    const table = page.getByRole("table", { name: `Inbound rules of ${GROUP}` });
    await table.getByRole("checkbox", { name: /from 127\.0\.0\.0\/8/ }).check();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await press("Remove");
    await table.getByText("No inbound rules").waitFor();
    await comesTo("nobody is let in", async () => (await refused(writer(1))) !== undefined);
    check("without a rule nobody is let in", (await refused(CLUSTER)) !== undefined && (await refused(writer(3))) !== undefined);
    await page.getByRole("button", { name: "Add rule" }).click();
    await press("Add rule");
    await table.getByText("127.0.0.0/8").waitFor();
    await comesTo("everybody of this machine is let in", async () => serves(writer(1)));
    check("with a rule again one is", (await serves(CLUSTER)) && (await serves(writer(3))));
  }

  async function reboot() {
    const since = async () => Number((await sql(writer(2), "SHOW GLOBAL STATUS LIKE 'Uptime'"))[0]?.[1]);
    for (const forced of [false, true]) {
      await go(`instance/${writer(2)}/events`, writer(2));
      await page.waitForTimeout(1100);
      const before = await since();
      await act("Reboot");
      if (forced) await page.getByRole("checkbox", { name: "Kill it instead" }).check();
      const asked = page.waitForRequest((request) => (request.postData() ?? "").includes("RebootDBInstance"));
      await press("Reboot");
      check(`a reboot is ${forced ? "" : "not "}forced`, (await asked).postData().includes(`ForceFailover=${forced}`));
      await comesTo("a server that was started anew", async () => (await since()) < before);
      await shows(writer(2), "Available");
      check(`an instance rebooted ${forced ? "by force " : ""}was started anew, and serves`, await serves(writer(2)));
    }
  }

  // To the second before a bad day.
  async function moment() {
    const before = await content(CLUSTER);
    await page.waitForTimeout(1200);
    const moment = await page.evaluate(() => {
      const two = (n) => String(n).padStart(2, "0");
      const t = new Date();
      return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
    });
    await page.waitForTimeout(1200);
    await does(writer(2), `DELETE FROM ${TABLE} WHERE id % 3 = 0`);
    const after = await content(CLUSTER);
    await cluster(CLUSTER);
    await act("Restore to point in time");
    await dialog.getByRole("radio", { name: /Another one/ }).check();
    await dialog.getByLabel("Date and time").fill(moment);
    await dialog.getByLabel("Identifier of the new cluster").fill("past");
    await dialog.getByLabel("Instances").fill("1");
    await press("Restore");
    await shows("past-instance-1", "Available");
    await addresses("past", "past-instance-1");
    const restored = await content("past-instance-1");
    check("a cluster restored to a moment has exactly the rows of then", before.startsWith("201 ") && restored === before, `${restored} ${before}`);
    check("its source has those of now", after.startsWith("134 ") && (await content(CLUSTER)) === after, after);
  }

  async function clone() {
    const now = await content(CLUSTER);
    await cluster(CLUSTER);
    await act("Create clone");
    await dialog.getByLabel("Identifier of the new cluster").fill("copy");
    await press("Create clone");
    for (const n of [1, 2]) await shows(`copy-instance-${n}`, "Available");
    await addresses("copy", "copy-instance-1", "copy-instance-2");
    const same = await Promise.all([1, 2].map((n) => content(`copy-instance-${n}`)));
    check("a clone has exactly the rows of its source", same.every((c) => c === now), `${same} ${now}`);
    await does("copy-instance-2", `INSERT INTO ${TABLE} VALUES (1000, 'of the clone', '')`);
    await does(writer(1), `INSERT INTO ${TABLE} VALUES (2000, 'of the source', '')`);
    const ids = await Promise.all(["copy-instance-1", writer(2)].map((of) => sql(of, `SELECT id FROM ${TABLE} WHERE id >= 1000`)));
    check("and each goes its own way from then on", JSON.stringify(ids) === "[[[1000]],[[2000]]]", JSON.stringify(ids));
  }

  async function stopAndStart() {
    const before = await content(CLUSTER);
    const running = Number(await ask("servers"));
    await cluster(CLUSTER);
    await act("Stop temporarily");
    await press("Stop");
    for (const name of [CLUSTER, writer(1), writer(2), writer(3)]) await shows(name, "Stopped");
    const numbers = [];
    for (const of of [CLUSTER, writer(1), writer(2), writer(3)]) numbers.push(await refused(of));
    check("a stopped cluster refuses connections at every endpoint", numbers.every((n) => n === 2003 || n === 2013), numbers);
    check("and runs no server", Number(await ask("servers")) === running - 3, await ask("servers"));
    await cluster(CLUSTER);
    await act("Start");
    await press("Start");
    for (const n of [1, 2, 3]) await shows(writer(n), "Available");
    const after = await Promise.all([CLUSTER, writer(1), writer(2), writer(3)].map(content));
    check("started again every endpoint has its rows", after.every((c) => c === before), `${after} ${before}`);
    await does(writer(3), `INSERT INTO ${TABLE} VALUES (3000, 'after the stop', '')`);
    check("and takes writes", (await content(CLUSTER)) !== before);
  }

  // Typed wrongly first.
  async function remove(name, more = async () => {}) {
    await cluster(name);
    await act("Delete");
    const confirm = dialog.getByLabel(/To confirm/);
    await more();
    await confirm.fill("delete it");
    const held = await dialog.getByRole("button", { name: "Delete", exact: true }).isDisabled();
    await confirm.fill("delete me");
    await press("Delete");
    await page.goto(`${url}/#/databases`);
    await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached", ...LONG });
    return held;
  }

  async function removeCopies() {
    for (const name of ["past", "copy"]) check(`${name} is deleted, after the right words only`, await remove(name));
    check("their servers are gone", (await ask("servers")) === "3", await ask("servers"));
  }

  async function finalSnapshot() {
    const before = await content(CLUSTER);
    await remove(CLUSTER, () => dialog.getByLabel("Take a final snapshot").check());
    check("a cluster deleted with a final snapshot is gone", (await ask("servers")) === "0" && (await refused(writer(1))) === 2003);
    await go("snapshots", /^Snapshots/);
    await page.getByRole("row", { name: `${CLUSTER}-final` }).getByText("Available", { exact: true }).waitFor(LONG);
    await page.getByRole("radio", { name: `${CLUSTER}-final` }).check();
    await act("Copy");
    await dialog.getByLabel("Name of the copy").fill("a-copy");
    await press("Copy");
    await page.getByRole("row", { name: "a-copy" }).getByText("Available", { exact: true }).waitFor(LONG);
    await page.getByRole("radio", { name: `${CLUSTER}-final` }).check();
    await act("Delete");
    await press("Delete");
    await page.getByRole("row", { name: `${CLUSTER}-final` }).waitFor({ state: "detached" });
    await page.getByRole("radio", { name: "a-copy" }).check();
    await act("Restore");
    await dialog.getByLabel("Identifier of the new cluster").fill("again");
    await dialog.getByLabel("Instances").fill("1");
    await dialog.getByRole("button", { name: /^Security groups/ }).click();
    await page.getByRole("option", { name: GROUP }).click();
    await page.keyboard.press("Escape"); // of the choice
    await press("Restore");
    await shows("again-instance-1", "Available");
    await addresses("again", "again-instance-1");
    const after = await content("again-instance-1");
    check("the copy of the final snapshot holds exactly what the cluster held", after === before, `${after} ${before}`);
    await remove("again");
    await go("snapshots", /^Snapshots/);
    await page.getByRole("radio", { name: "a-copy" }).check();
    await act("Delete");
    await press("Delete");
    await page.getByText("No snapshots").waitFor();
    check("a deleted snapshot is gone from the table", true);
  }

  async function groups() {
    await go("security-groups", /^Security groups/);
    await page.getByRole("radio", { name: GROUP }).check();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await press("Delete");
    await page.getByRole("row", { name: GROUP }).waitFor({ state: "detached" });
    await go("parameter-groups", /^Parameter groups/);
    await page.getByRole("button", { name: "Create parameter group" }).click();
    await dialog.getByLabel("Name").fill("passing");
    await dialog.getByLabel("Description").fill("of a test");
    await press("Create"); // it shows what it made
    await go("parameter-groups", /^Parameter groups/);
    await page.getByRole("radio", { name: "passing" }).check();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await press("Delete");
    await page.getByRole("row", { name: "passing" }).waitFor({ state: "detached" });
    check("groups that nobody uses are deleted", true);
  }

  async function keys() {
    await go("settings", "Settings");
    const piece = await copied("environment");
    const clusters = await ask(`shell ${JSON.stringify(piece)}`);
    check("the piece for AWS's client works as it stands", clusters.includes('"DBClusters"'), clusters);
    await page.getByRole("button", { name: "Create access key" }).click();
    await dialog.getByLabel("Name").fill("passing");
    await press("Create");
    const made = await copied("key");
    const by = () => ask(`shell ${JSON.stringify(`${piece.replace(/^export.*$/m, `printf '%s\n' '${made}' > key; export AWS_SHARED_CREDENTIALS_FILE=key`)}`)}`);
    const used = await by();
    check("a new key is good for AWS's client", used.includes('"DBClusters"'), used);
    await page.getByRole("radio", { name: made.match(/BRLS\w+/)[0] }).check();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await press("Remove");
    await page.getByRole("row", { name: "passing" }).waitFor({ state: "detached" });
    const refused = await by();
    check("and for nothing when it is removed", refused.includes("InvalidClientTokenId"), refused);
  }
});
