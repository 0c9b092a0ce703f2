// A first load, with an empty cache, by somebody who is signed in: its bytes, and when the page can be used:
// it shows what it has, and no task of more than 50 ms runs any more (for half a second).
//   node test/load.mjs URL     (of a daemon that serves the bundle; its API is a stub, it has no database)
import { watch } from "./frames.mjs";
import { check, figure, open, run, until } from "./page.mjs";
import { NOTHING, serve } from "./stub.mjs";

const [url] = process.argv.slice(2);
const BYTES_MAX = 400_000;
const LOADS = 5;
const LINES = { "this machine": undefined, "10 Mbit/s and 40 ms": { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 } };

await run(async () => {
  const { browser } = await open(url);
  try {
    for (const [name, line] of Object.entries(LINES)) {
      const loads = [];
      for (let n = 0; n < LOADS; n++) loads.push(await load(line));
      loads.sort((a, b) => a.usable - b.usable);
      const { usable, shown, bytes } = loads[LOADS >> 1];
      figure(`by ${name}: the first page is shown after (median of ${LOADS})`, shown / 1000, "s");
      figure(`by ${name}: and can be used after`, usable / 1000, "s");
      figure(`by ${name}: it took`, bytes / 1000, "kB");
      check(`a first load by ${name} is below ${BYTES_MAX / 1000} kB`, bytes > 0 && bytes < BYTES_MAX, bytes);
    }
  } finally {
    await browser.close();
  }

  async function load(line) {
    const context = await browser.newContext();
    const page = await context.newPage();
    if (line) await (await context.newCDPSession(page)).send("Network.emulateNetworkConditions", line);
    await page.addInitScript(watch);
    await serve(page, NOTHING);
    await page.goto(url, { waitUntil: "commit" });
    await page.getByText("No databases").waitFor();
    const shown = await page.evaluate(() => performance.now());
    await until(page, () => performance.now() - (window.longTasks.at(-1) ? window.longTasks.at(-1).at + window.longTasks.at(-1).ms : 0) > 500);
    const [busy, bytes] = await page.evaluate((until) => {
      const loads = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
      const last = window.longTasks.at(-1);
      return [Math.max(until, last ? last.at + last.ms : 0), loads.filter((l) => !l.name.includes("/console/")).reduce((sum, l) => sum + l.transferSize, 0)];
    }, shown);
    await context.close();
    return { shown, usable: busy, bytes };
  }
});
