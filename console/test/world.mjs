// A browser on a made-up world (test/stub.mjs), and ways to its pages and dialogs.
import { DIALOGS } from "./dialogs.mjs";
import { open, until } from "./page.mjs";
import { serve } from "./stub.mjs";

export const said = []; // what went wrong in any browser of this run

// A browser on `world`; `then` has the page and what was asked of the API.
export async function visit(url, world, options, then) {
  const { browser, page, seen } = await open(url, { reducedMotion: "reduce", ...options.context });
  page.setDefaultTimeout(30_000);
  try {
    const asked = await serve(page, world, options);
    await page.goto(`${url}/#/databases`);
    await then(page, asked);
    said.push(...seen.errors);
  } finally {
    await browser.close();
  }
}

// Until a page is there and does not wait for anything. What is only said to a screen reader stays in the page
// when it is over.
export async function settled(page) {
  await page.locator("h1").first().waitFor();
  await until(page, () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (/^\s*(Loading|Waiting for)\b/.test(data) && !parentElement.closest("[aria-live]") && parentElement.checkVisibility()) return false;
    }
    return true;
  });
}

// The words are there to be read.
export async function says(within, words) {
  await within.getByText(words).filter({ visible: true }).first().waitFor();
}

export async function at(page, address) {
  await page.evaluate((hash) => (location.hash = hash), address);
  await settled(page).catch(async (error) => {
    throw new Error(`${address}: ${error.message}`);
  });
}

export async function* opened(page, names = Object.keys(DIALOGS)) {
  for (const name of names) {
    for (const [n, [address, openIt, fillIn, go]] of DIALOGS[name].entries()) {
      await page.evaluate(() => (location.hash = "#/nothing")); // what was chosen before is gone
      await page.getByText("is not there").waitFor();
      await at(page, address);
      await openIt(page);
      const dialog = page.getByRole("dialog");
      await dialog.waitFor();
      yield { name: n ? `${name} (${n + 1})` : name, dialog, fillIn: () => fillIn(page), go };
      if (await dialog.isVisible()) await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
  }
}
