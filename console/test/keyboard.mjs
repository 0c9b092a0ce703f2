// A person without a mouse: moves by Tab, arrows, Enter and Space only, and has to see where they are.

import { decode } from "../tools/palette.mjs";

const STOPS_MAX = 120;
const CONTRAST_MIN = 3;
const STRONG_PIXELS_MIN = 40; // the edge of a square of ten pixels

function isOn(target) {
  return target.evaluate((e) => e === document.activeElement || e.contains(document.activeElement));
}

// Presses Tab (or Shift+Tab) until the focus is on `target`.
export async function tabTo(page, target, { back = false } = {}) {
  await target.waitFor();
  for (let n = 0; n < STOPS_MAX; n++) {
    if (await isOn(target)) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`no way by Tab to ${target}`);
}

export async function type(page, target, text) {
  await tabTo(page, target);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

export async function press(page, target) {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

// An item of a menu that a button opens.
export async function fromMenu(page, button, item) {
  await press(page, button);
  const wanted = page.getByRole("menuitem", { name: item, exact: true });
  await wanted.waitFor();
  for (let n = 0; n < 20 && !(await isOn(wanted)); n++) await page.keyboard.press("ArrowDown");
  if (!(await isOn(wanted))) throw new Error(`no way by arrows to ${item}`);
  await page.keyboard.press("Enter");
}

// One of a group of radio buttons.
export async function pick(page, wanted, group) {
  await tabTo(page, group);
  await page.keyboard.press("Space");
  for (let n = 0; n < 40 && !(await wanted.isChecked()); n++) await page.keyboard.press("ArrowDown");
  if (!(await wanted.isChecked())) throw new Error(`no way by arrows to ${wanted}`);
}

// The radio button of a row: a table of rows that open is one stop of Tab, within which arrows move.
export async function choose(page, table, wanted) {
  await tabTo(page, table);
  await page.keyboard.press("Control+Home");
  for (let n = 0; n < 40 && !(await isOn(wanted)); n++) await page.keyboard.press("ArrowDown");
  if (!(await isOn(wanted))) throw new Error(`no way by arrows to ${wanted}`);
  await page.keyboard.press("Space");
}

// How one can see where the focus is: the pixels that look so different when it is elsewhere that their contrast is
// 3 or more, as the WCAG want of what marks a focus (2.1, 1.4.11).
export async function ring(page) {
  const clip = await page.evaluate(() => {
    const { x, y, width, height } = document.activeElement.getBoundingClientRect();
    const edge = 14; // a ring lies around; a radio button's own box may be smaller than what is drawn
    const [left, top] = [Math.max(0, x - edge), Math.max(0, y - edge)];
    return { x: left, y: top, width: Math.min(innerWidth, x + width + edge) - left, height: Math.min(innerHeight, y + height + edge) - top };
  });
  if (clip.width < 1 || clip.height < 1) return { strong: 0, visible: false };
  const here = await page.screenshot({ clip });
  const element = await page.evaluateHandle(() => document.activeElement);
  await element.evaluate((e) => e.blur());
  const elsewhere = await page.screenshot({ clip });
  await element.evaluate((e) => e.focus({ preventScroll: true }));
  const strong = here.equals(elsewhere) ? 0 : contrasts(decode(here).pixels, decode(elsewhere).pixels);
  return { strong, visible: strong >= STRONG_PIXELS_MIN };
}

export async function isSeen(page) {
  return (await ring(page)).visible;
}

function contrasts(some, others) {
  let count = 0;
  for (let n = 0; n < some.length; n++) {
    if (some[n] === others[n]) continue;
    const [a, b] = [luminance(some[n]), luminance(others[n])];
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= CONTRAST_MIN) count++;
  }
  return count;
}

// Relative luminance of 0xrrggbb. Source: WCAG 2.1.
function luminance(colour) {
  const [r, g, b] = [colour >> 16, (colour >> 8) & 255, colour & 255].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
