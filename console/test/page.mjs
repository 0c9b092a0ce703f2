// A browser on the console: launch, helpers that find things as a person does, claims for the program
// that runs us (test/browser), and requests to it.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const input = createInterface({ input: process.stdin });
const waiting = [];
input.on("line", (line) => waiting.shift()?.(line));

export function check(claim, ok, detail = "") {
  console.log(JSON.stringify({ claim, ok: Boolean(ok), detail: String(detail).slice(0, 2000) }));
}

export function figure(name, value, unit) {
  console.log(JSON.stringify({ figure: name, value, unit }));
}

// The program does it and answers with one line.
export function ask(what) {
  return new Promise((resolve) => {
    waiting.push(resolve);
    console.log(JSON.stringify({ ask: what }));
  });
}

export async function open(url, options = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // for a slow machine: nothing waits for it that works
  const seen = { errors: [], foreign: [], bytes: 0 };
  page.on("console", (message) => {
    // A refused request is said on the console, too; those are claims of their own.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) seen.foreign.push(request.url());
  });
  return { browser, context, page, seen };
}

export async function signIn(page, password) {
  await page.getByLabel("One-time password").last().fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// Until `holds` (run in the page, with `argument`) is true. The driver's own waitForFunction would evaluate a
// text in the page, which its policy forbids.
export async function until(page, holds, argument, timeout = 60_000) {
  for (const end = Date.now() + timeout; Date.now() < end; await page.waitForTimeout(100)) {
    if (await page.evaluate(holds, argument)) return;
  }
  throw new Error(`it does not come to be: ${holds}`);
}

export async function menu(page, button, item) {
  await page.getByRole("button", { name: button }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

// Parts of a story, one after the other; then nothing may have been wrong in the page.
export async function play(name, { browser, page, seen }, parts) {
  try {
    for (const part of parts) {
      const begun = Date.now();
      await part();
      figure(`${name}, ${part.name}`, (Date.now() - begun) / 1000, "s");
    }
    check("no script failed and no rule of the page's policy was broken", seen.errors.length === 0, seen.errors.join("\n"));
    check("no request left for another place", seen.foreign.length === 0, seen.foreign.join("\n"));
  } catch (error) {
    await page.screenshot({ path: "test/failed.png", fullPage: true }).catch(() => {});
    check(`${name}: it went on`, false, `${error.stack}\n${seen.errors.join("\n")}`.replaceAll("\n", " | "));
  } finally {
    await browser.close();
  }
}

export async function run(story) {
  try {
    await story();
  } catch (error) {
    check("the browser came to the end of the story", false, error.stack);
  }
  input.close();
}
