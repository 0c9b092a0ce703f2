// Where the focus is: that it can be seen wherever Tab leads, stays in a dialog, and comes back from one.
import { ring } from "./keyboard.mjs";
import { check, figure } from "./page.mjs";
import { addresses } from "./routes.mjs";
import { IDS, region } from "./stub.mjs";
import { at, opened, visit } from "./world.mjs";

const STOPS_MAX = 150; // of one page or dialog

// After a dialog the focus is where it was; on the way it stays in the dialog.
export async function focusStays(url) {
  await visit(url, region(), {}, async (page) => {
    const lost = [];
    const strayed = [];
    for await (const { name, dialog } of opened(page)) {
      for (let n = 0; n < 3; n++) {
        await page.keyboard.press("Tab");
        if (!(await dialog.evaluate((d) => d.contains(document.activeElement)))) strayed.push(name);
      }
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.waitForTimeout(100);
      const where = await page.evaluate(() => (document.activeElement === document.body ? "" : document.activeElement.closest("button") ? "button" : document.activeElement.outerHTML.slice(0, 120)));
      if (where !== "button") lost.push(`${name}: ${where || "nowhere"}`);
    }
    check("the focus stays in a dialog while it is open", strayed.length === 0, strayed.join("\n"));
    check("the focus is on a button again when a dialog is closed", lost.length === 0, lost.join("\n"));
  });
}

// Each stop of Tab on every page and in every dialog looks different when the focus is there.
export async function rings(url, schemes) {
  await visit(url, region(), {}, async (page) => {
    await at(page, "#/cluster/db-one/monitoring");
    await page.evaluate(() => clearInterval(window.stream.timer)); // no figure changes while one looks
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      const frame = new Set(); // stops of bar and navigation, which are the same on every page
      const unseen = [];
      const empty = [];
      let [stops, places, least] = [0, 0, { strong: Infinity }];
      const look = async (what) => {
        places++;
        let own = 0;
        for await (const stop of walk(page)) {
          if (!stop.within && frame.has(stop.html)) continue;
          frame.add(stop.html);
          own++;
          const seen = await ring(page);
          if (seen.strong < least.strong) least = { ...seen, where: `${what}: ${stop.html}` };
          if (!seen.visible) unseen.push(`${what}: ${seen.strong} ${stop.html}`);
        }
        stops += own;
        if (own === 0) empty.push(what);
      };
      for (const address of addresses(IDS)) {
        await page.evaluate(() => (location.hash = "#/nothing"));
        await at(page, address);
        await page.evaluate(() => document.activeElement.blur());
        await look(address);
      }
      for await (const { name, fillIn } of opened(page)) {
        await fillIn();
        await look(name);
      }
      figure(`${scheme}: the least that marks a focus (${least.where})`, least.strong, "pixels");
      check(`${scheme}: wherever the focus goes (${stops} stops of ${places} pages and dialogs), it can be seen`, stops > places && unseen.length === 0, unseen.join("\n"));
      check(`${scheme}: there is somewhere to go on each`, empty.length === 0, empty.join(" "));
    }
    await at(page, "#/databases");
    await page.evaluate(() => document.styleSheets[0].insertRule("*, *::before, *::after { outline: none !important; box-shadow: none !important; }"));
    let noticed = 0;
    let stops = 0;
    for await (const stop of walk(page)) if (stop.within && ++stops) noticed += (await ring(page)).visible ? 0 : 1;
    check("a page that draws no rings is noticed", stops > 0 && noticed > stops / 2, `${noticed} of ${stops}`);
  });
}

// From where the focus is, by Tab, until a stop comes again or there is none any more.
async function* walk(page) {
  await page.evaluate(() => (window.walked = new Set()));
  for (let n = 0; n < STOPS_MAX; n++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === document.body || window.walked.has(e)) return undefined;
      window.walked.add(e);
      return { within: Boolean(e.closest("main, [role=dialog]")), html: e.outerHTML.replace(/\s(class|id|aria-labelledby|aria-describedby)="[^"]*"/g, "").slice(0, 200) };
    });
    if (!stop) return;
    yield stop;
  }
  throw new Error(`${STOPS_MAX} stops of Tab do not end`);
}
