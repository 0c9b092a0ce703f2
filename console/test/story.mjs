// The story of a person who has never seen it: sign in, create, look, crash, delete; these without a mouse.
//   node test/story.mjs URL PASSWORD PORT
import AxeBuilder from "./axe.mjs";
import { choose, fromMenu, isSeen, pick, press, tabTo, type } from "./keyboard.mjs";
import { ask, check, figure, menu, open, play, run, signIn, until } from "./page.mjs";

const [url, password, port] = process.argv.slice(2);
const CLUSTER = "cloudacademy-db-multi";
const MASTER = "cloud-academy-9";
const PARAMETERS = "watched";

await run(async () => {
  const opened = await open(url);
  const { browser, page } = opened;
  let looks = 0;
  let address = ""; // of the first writer
  const available = (name) => page.getByRole("row", { name }).getByText("Available", { exact: true });
  await play("story", opened, [door, parameters, create, becomes, endpoints, tryIt, log, modify, crash, restore, hostile, lost, remove]);

  // In light and dark, in turn.
  async function accessible(name) {
    const dark = looks++ % 2 === 0;
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    await until(page, (wanted) => (document.querySelector(".awsui-dark-mode") !== null) === wanted, dark);
    // Colours go over to each other; what turns for ever, as a spinner, is no transition.
    await until(page, () => !document.getAnimations().some((a) => a instanceof CSSTransition && a.playState === "running"));
    const { violations } = await new AxeBuilder(page).analyze();
    const bad = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
    check(`${name}: nothing serious for who cannot see or use a mouse`, bad.length === 0,
          bad.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`).join("\n"));
  }

  async function door() {
    await page.goto(url);
    await signIn(page, "wrong");
    await page.getByText("That did not match").waitFor();
    check("a wrong password is refused in words", true);
    await accessible("sign-in");
    await type(page, page.getByLabel("One-time password").last(), password);
    await page.keyboard.press("Enter");
    await page.getByText("No databases").waitFor();
    check("one signs in without a mouse", true);
    await secrets("after signing in");
    await accessible("databases, none");
    await firstLoad();
  }

  // What a script of the page, or who reads its address, could come by.
  async function secrets(when) {
    const shown = await page.evaluate(async () => [
      document.cookie, location.href, document.documentElement.outerHTML, JSON.stringify([localStorage, sessionStorage, history.state, window.name]),
      JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys().catch(() => [])),
      ...[...document.querySelectorAll("input")].map((i) => i.value),
    ]);
    const found = [password, MASTER].filter((secret) => shown.join().includes(secret));
    check(`no password is in a cookie that a script sees, address, history, storage or page ${when}`, shown[0] === "" && shown[4] === "[]" && found.length === 0, [shown[0], shown[4], ...found].join());
  }

  // Every statement of the cluster to be is logged, by a group of parameters of its own.
  async function parameters() {
    await page.goto(`${url}/#/parameter-groups`);
    await page.getByRole("button", { name: "Create parameter group" }).click();
    await page.getByLabel("Name", { exact: true }).fill(PARAMETERS);
    await page.getByLabel("Description").fill("slow is everything");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { level: 1, name: PARAMETERS }).waitFor();
    for (const [name, value] of [["long_query_time", "x"], ["long_query_time", "0"], ["slow_query_log", "1"]]) {
      await page.getByLabel("Find parameters").fill(name);
      await page.getByRole("button", { name: `Edit ${name}` }).click();
      await page.getByRole("textbox", { name: "Value" }).fill(value);
      await page.getByRole("button", { name: "Save" }).click();
      if (value === "x") await page.getByText(/Invalid parameter value: x/).waitFor();
      else await page.getByRole("row", { name }).getByText("Set here").waitFor();
    }
    check("parameters are set in a group of one's own, and a bad value is refused in words", true);
    await page.goto(`${url}/#/databases`);
  }

  // With an empty cache, as somebody comes who is signed in.
  async function firstLoad() {
    const context = await browser.newContext({ storageState: await page.context().storageState() });
    const fresh = await context.newPage();
    await fresh.goto(url);
    await fresh.getByText("No databases").waitFor();
    const [ms, bytes] = await fresh.evaluate(() => {
      const loads = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
      return [performance.now(), loads.filter((l) => !l.name.includes("/console/")).reduce((sum, l) => sum + l.transferSize, 0)];
    });
    figure("the first page is there and can be used after", ms / 1000, "s");
    figure("it took", bytes / 1000, "kB");
    check("a first load is below 400 kB", bytes < 400_000, bytes);
    await context.close();
  }

  async function create() {
    await press(page, page.getByRole("link", { name: "Create database" }).or(page.getByRole("button", { name: "Create database" })).first());
    const features = page.getByRole("radio", { name: /One writer|Multiple writers/ }).and(page.locator(":checked"));
    for (const feature of [/One writer/, /Multiple writers/]) await pick(page, page.getByRole("radio", { name: feature }), features);
    const name = page.getByLabel("DB cluster identifier");
    await type(page, name, "1-bad");
    await page.getByText("The first character must be a letter.").waitFor();
    await type(page, name, CLUSTER);
    check("a bad name is told at the field while one types", await page.getByText("The first character must be a letter.").count() === 0);
    await type(page, page.getByLabel("Master password"), MASTER);
    await type(page, page.getByLabel("Confirm password"), `${MASTER}x`);
    await page.getByText("The passwords differ.").waitFor();
    await type(page, page.getByLabel("Confirm password"), MASTER);
    await type(page, page.getByLabel("Database port"), port);
    await press(page, page.getByRole("button", { name: /DB cluster parameter group/ }));
    for (let n = 0; n < 9 && !(await page.getByRole("option", { name: PARAMETERS }).getAttribute("class")).includes("highlighted"); n++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: new RegExp(`DB cluster parameter group.*${PARAMETERS}`) }).waitFor();
    await press(page, page.getByRole("button", { name: "The same with the AWS CLI" }));
    const commands = await page.locator("pre").innerText();
    check("the same as commands, without the password", commands.includes("--engine-mode multimaster") && !commands.includes(MASTER), commands);
    await accessible("create database");
    await tabTo(page, page.getByRole("button", { name: "Create database" }));
    check("the button that creates shows that it has the focus", await isSeen(page));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
    check("one fills in and creates without a mouse", true);
    await secrets("after creation");
  }

  async function becomes() {
    const begun = Date.now();
    for (const n of [1, 2]) await available(`${CLUSTER}-instance-${n}`).first().waitFor({ timeout: 180_000 });
    figure("two writers shown as available after", (Date.now() - begun) / 1000, "s");
    check("both writers become available before one's eyes", true);
  }

  async function endpoints() {
    await page.getByRole("tab", { name: "Connectivity & security" }).click();
    const copied = [];
    for (const n of [1, 2]) {
      await page.getByRole("button", { name: `Copy address of ${CLUSTER}-instance-${n}` }).click();
      copied.push(await page.evaluate(() => navigator.clipboard.readText()));
    }
    address = copied[0];
    check("each writer's address can be copied", copied.every((a) => /^127\.\d+\.\d+\.\d+$/.test(a)) && copied[0] !== copied[1], copied);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "CA certificate" }).click()]);
    check("the authority's certificate can be had", download.suggestedFilename() === "borealis-ca.pem", download.suggestedFilename());
    await ask("metrics");
    check("a client with these writes and reads", (await ask(`write ${copied.join(" ")} ${MASTER}`)) === "ok");
    await accessible("cluster");
  }

  async function tryIt() {
    await page.getByRole("link", { name: "Try it" }).or(page.getByRole("button", { name: "Try it" })).last().click();
    await page.getByLabel("Password of admin").fill(MASTER);
    await page.getByRole("button", { name: /Two rows a second/ }).click();
    await page.getByRole("option", { name: /Ten rows a second/ }).click();
    await page.getByRole("button", { name: "Insert 100 rows" }).click();
    const rows = (n) => page.getByText(new RegExp(`^${n} of 100$`));
    // Counts run on while the page draws: any of them at or above the one asked for will do.
    await rows("[1-9]\\d").waitFor();
    await page.getByRole("button", { name: `Crash ${CLUSTER}-instance-1` }).click();
    await rows("[5-9]\\d").waitFor();
    await press(page, page.getByRole("button", { name: `Crash ${CLUSTER}-instance-2` })); // without a mouse
    await page.getByText("All 100 rows are in").first().waitFor({ timeout: 180_000 });
    const count = await page.locator("#count").innerText();
    check("each writer is crashed under the client, and the count ends at 100", count === "100", count);
    check("rows were taken in place of a writer that was down", await page.locator(".rows .moved").count() > 0);
    await accessible("try it");
    await secrets("after Try it");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
  }

  // The trial's rows are in the log, and so is the statement that made their table.
  async function log() {
    await page.goto(`${url}/#/log/${CLUSTER}`);
    const records = page.getByRole("table", { name: "Newest records" });
    for (const n of [1, 2]) {
      await records.getByRole("row").filter({ hasText: `instance-${n}` }).filter({ hasText: "insert demo.course" }).first().waitFor();
    }
    check("the newest records of the log say who wrote what", await records.getByText("Committed").count() > 0);
    await accessible("the log");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
  }

  // Another class waits for the maintenance window, and can be seen to.
  async function modify() {
    await menu(page, "Actions", "Modify");
    await page.getByLabel("Backup window").fill("03:00-03:10");
    await page.getByText("of at least 30 minutes").waitFor();
    await page.getByLabel("Backup window").fill("05:00-06:00");
    await accessible("modify a cluster");
    await page.getByRole("dialog").getByRole("button", { name: "Modify", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "Maintenance & backups" }).click();
    await page.getByText("05:00-06:00").waitFor();
    const writer = `${CLUSTER}-instance-2`;
    await page.goto(`${url}/#/instance/${writer}/configuration`);
    await page.getByRole("heading", { level: 1, name: writer }).waitFor();
    await menu(page, "Actions", "Modify");
    const later = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(new Date().getUTCDay() + 3) % 7];
    await page.getByLabel("Maintenance window").fill(`${later}:04:00-${later}:05:00`);
    await page.getByRole("dialog").getByRole("button", { name: /Instance class/ }).click();
    await page.getByRole("option", { name: /db\.r6g\.large/ }).click();
    await accessible("modify an instance");
    await page.getByRole("dialog").getByRole("button", { name: "Modify", exact: true }).click();
    await page.getByText("From the next maintenance window on").waitFor();
    check("another class waits for the maintenance window", await page.getByText("db.r6g.large", { exact: true }).count() > 0);
    await page.goto(`${url}/#/cluster/${CLUSTER}`);
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
  }

  async function crash() {
    const writer = `${CLUSTER}-instance-1`;
    await page.getByRole("link", { name: writer, exact: true }).first().click();
    await page.getByRole("heading", { level: 1, name: writer }).waitFor();
    await page.getByRole("tab", { name: "Logs & events" }).click();
    const recoveries = page.getByText("Recovery of the DB instance is complete.");
    await recoveries.first().waitFor(); // of the trial
    const before = await recoveries.count();
    const actions = page.getByRole("button", { name: "Actions" });
    await fromMenu(page, actions, "Crash (for testing)");
    await press(page, page.getByRole("dialog").getByRole("button", { name: "Crash" }));
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await until(page, (button) => button.contains(document.activeElement), await actions.elementHandle());
    check("one crashes a writer without a mouse, and is back at the menu afterwards", await isSeen(page));
    await recoveries.nth(before).waitFor({ timeout: 180_000 });
    check("a writer is crashed and its events tell of its return", true);
    await accessible("instance");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: CLUSTER }).waitFor();
    check("the back button leads back", true);
  }

  async function restore() {
    await page.getByRole("tab", { name: "Maintenance & backups" }).click();
    await page.getByRole("button", { name: "Take snapshot" }).click();
    await page.getByLabel("Snapshot name").fill("monday");
    await page.getByRole("dialog").getByRole("button", { name: "Take snapshot" }).click();
    await available("monday").first().waitFor({ timeout: 180_000 });
    await page.getByRole("radio", { name: "monday" }).check();
    await page.getByRole("button", { name: "Actions" }).last().click();
    await page.getByRole("menuitem", { name: "Restore", exact: true }).click();
    await page.getByLabel("Identifier of the new cluster").fill("restored");
    await page.getByRole("dialog").getByLabel("Instances").fill("1");
    await accessible("restore");
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await page.getByRole("heading", { level: 1, name: "restored" }).waitFor();
    await available("restored-instance-1").first().waitFor({ timeout: 180_000 });
    await page.getByRole("button", { name: "Copy endpoint of restored-instance-1" }).click();
    const endpoint = await page.evaluate(() => navigator.clipboard.readText());
    const rows = await ask(`sql ${endpoint.split(":")[0]} ${MASTER} SELECT count(*) FROM demo.course`);
    check("a snapshot is taken, and a cluster restored from it has its 100 rows", rows === "[[100]]", rows);
  }

  // Text that would be a program if anybody took it for one.
  async function hostile() {
    const text = "<img src=x onerror=\"window.hacked=1\">'\"><script>window.hacked=1</script>";
    await page.goto(`${url}/#/security-groups`);
    await page.getByRole("button", { name: "Create security group" }).click();
    await page.getByLabel("Name").fill(text);
    await page.getByLabel("Description").fill(text);
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { level: 1, name: text }).waitFor();
    await page.goto(`${url}/#/security-group/${encodeURIComponent(text)}`);
    await page.getByText("is not there").waitFor();
    await page.goto(`${url}/#/cluster/${CLUSTER}/tags`);
    await page.getByRole("button", { name: "Add tag" }).click();
    await page.getByLabel("Key of tag 1").fill(text);
    await page.getByLabel("Value of tag 1").fill(text);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Tags (1)" }).waitFor();
    // In the server's log by its name at the door, in the shared log by the name of its table.
    const login = "<img src=x onerror=window.hacked=2>";
    const logs = ["audit/audit.log", "error/mysqld.err", "slowquery/slow.log"];
    await ask(`hostile ${address} ${MASTER} ${login}`);
    await page.goto(`${url}/#/log/${CLUSTER}`);
    await page.getByRole("table", { name: "Newest records" }).getByText(login).first().waitFor();
    await page.goto(`${url}/#/instance/${CLUSTER}-instance-1/events`);
    for (const file of logs) {
      await page.getByRole("button", { name: /^Log file/ }).click();
      await page.getByRole("option", { name: new RegExp(`^${file}(?!\\.)`) }).click();
      await page.locator(`pre.log[aria-label="${file}"]`).getByText(login).waitFor();
    }
    const marks = await page.evaluate(() => [window.hacked, document.querySelectorAll("img[src='x']").length].join());
    check(`hostile names, tags, addresses, statements and lines of ${logs.join(", ")} are text`, marks === ",0", marks);
  }

  async function lost() {
    await page.goto(`${url}/#/events`);
    await page.getByText("DB cluster created").first().waitFor();
    await accessible("events");
    await ask("kill");
    await page.getByText("The connection to the daemon is lost").waitFor();
    await ask("start");
    await page.getByText("The connection to the daemon is lost").waitFor({ state: "detached" });
    check("a lost daemon is told of, and found again without signing in", await page.getByText("DB cluster created").count() > 0);
  }

  async function remove() {
    await page.goto(`${url}/#/databases`);
    await page.getByRole("radio", { name: CLUSTER, exact: true }).check();
    await menu(page, "Actions", "Delete");
    const go = page.getByRole("dialog").getByRole("button", { name: "Delete" });
    check("deletion waits for the words", await go.isDisabled());
    await page.getByLabel(/To confirm/).fill("delete me");
    await go.click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.reload(); // nothing has the focus
    await page.getByRole("radio", { name: "restored", exact: true }).waitFor();
    await choose(page, page.getByRole("treegrid", { name: "Databases" }), page.getByRole("radio", { name: "restored", exact: true }));
    await tabTo(page, page.getByRole("button", { name: "Actions" }), { back: true });
    await fromMenu(page, page.getByRole("button", { name: "Actions" }), "Delete");
    await type(page, page.getByLabel(/To confirm/), "delete me");
    await press(page, go);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    check("one deletes without a mouse", true);
    await secrets("at the end");
    await page.getByText("No databases").waitFor({ timeout: 180_000 });
    check("the clusters are deleted", true);
  }
});
