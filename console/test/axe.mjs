// axe-core in the page: rules of the WCAG, levels A and AA. The page's policy lets no script in from
// elsewhere, so it is evaluated by the browser's driver.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export default class AxeBuilder {
  constructor(page) {
    this.page = page;
  }
  async analyze() {
    await this.page.evaluate(source);
    return this.page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  }
}
