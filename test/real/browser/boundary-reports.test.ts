import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { BoundaryReport, ReportedFinding } from "../../../components/core/rendering/boundary/model";
import { openedQuietly, requireBrowser } from "../../support/browser";
import { repository } from "../../support/toolchain";

const folder = join(repository, "docs/reports");
const reports = existsSync(folder)
  ? readdirSync(folder).flatMap((file) => (file.endsWith(".html") ? [file.slice(0, -".html".length)] : []))
  : [];

const markOf = ({ verdict, exceptedUntil }: ReportedFinding): string =>
  exceptedUntil === undefined ? verdict : "excepted";

/** Runs in the page: texts whose contrast to what is behind them is below 4.5 to 1, each look once. */
const faintTexts = `(() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (element === null) return parts(getComputedStyle(document.documentElement).backgroundColor);
    const color = parts(getComputedStyle(element).backgroundColor);
    return color.length === 4 && color[3] === 0 ? behind(element.parentElement) : color;
  };
  const found = new Set();
  for (const element of document.querySelectorAll("h1,h2,p,a,td,th,b,small,em,span,label,option,button,output")) {
    if (element.closest("[hidden],.skip") !== null || element.textContent === "") continue;
    const [front, back] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (!(contrast >= 4.5)) found.add(element.tagName + "." + element.className + " " + contrast.toFixed(2));
  }
  return [...found];
})()`;

/** Runs in the page: names of the tables that are wider than their room. */
const cutTables = `[...document.querySelectorAll(".wide")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.getAttribute("aria-label"))`;

/** Rows of findings that a reader sees. */
const shownFindings = "tbody[data-rule] tr[data-verdict]:visible";

describe("the generated reports on boundaries, in a browser", function () {
  this.timeout(240_000);
  let browser: Browser;

  before(async function () {
    browser = await requireBrowser(this);
  });

  // The hook may have skipped before there was one.
  after(async () => (browser as Browser | undefined)?.close());

  /** Opens a page by itself. */
  const opened = (name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> =>
    openedQuietly(browser, join(folder, `${name}.html`), options, look);

  it("are there", () => assert.ok(reports.length >= 4, `only ${reports.join(", ")} in ${folder}`));

  for (const name of reports) {
    const report = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as BoundaryReport;
    const { findings } = report;
    const severity = new Map(report.rules.map((rule) => [rule.id, rule.severity]));

    it(`show every finding, and say how many: ${name}`, () =>
      opened(name, { viewport: { width: 1400, height: 900 } }, async (page) => {
        assert.equal(await page.locator(shownFindings).count(), findings.length);
        const told = (await page.locator("#shown").textContent()) ?? "";
        assert.ok(told.startsWith(`${findings.length} of ${findings.length} findings, `), told);
        assert.equal(await page.locator("#stores tbody tr:visible").count(), report.stores.length);
        assert.ok(await page.locator("#picture svg").isVisible());
      }));

    it(`are filtered by zone, severity, verdict, rule and words: ${name}`, () =>
      opened(name, { viewport: { width: 1400, height: 900 } }, async (page) => {
        const shows = async (what: string, expected: number) => {
          assert.equal(await page.locator(shownFindings).count(), expected, what);
          const told = (await page.locator("#shown").textContent()) ?? "";
          assert.ok(told.startsWith(`${expected} of ${findings.length} findings, `), `${what}: ${told}`);
        };
        const choices = async (filter: string) =>
          (await page.locator(`select[name=${filter}] option`).allTextContents()).filter((each) => each !== "all");
        const filters: Readonly<Record<string, (finding: ReportedFinding) => string>> = {
          zone: ({ zone = "none" }) => zone,
          severity: ({ rule }) => severity.get(rule) ?? "",
          verdict: markOf,
          rule: ({ rule }) => rule,
        };
        for (const [filter, valueOf] of Object.entries(filters)) {
          const values = await choices(filter);
          assert.deepEqual([...values].sort(), [...new Set(findings.map(valueOf))].sort(), filter);
          // A rule of many is enough; of the others all.
          for (const value of filter === "rule" ? values.slice(0, 2) : values) {
            await page.selectOption(`select[name=${filter}]`, value);
            await shows(`${filter} ${value}`, findings.filter((finding) => valueOf(finding) === value).length);
          }
          await page.getByRole("button", { name: "Show all" }).click();
          const all = `${findings.length} of ${findings.length} findings`;
          await page.locator("#shown", { hasText: all }).waitFor();
          await shows("all", findings.length);
        }
        const [some] = findings.filter(({ verdict }) => verdict !== "holds");
        assert.ok(some !== undefined);
        await page.selectOption("select[name=rule]", some.rule);
        await page.fill("#filter", some.of.toUpperCase());
        const named = findings.filter(
          ({ rule, of, because, fix = "" }) =>
            rule === some.rule &&
            some.of
              .toLowerCase()
              .split(" ")
              .every((word) => `${of} ${because} ${fix}`.toLowerCase().includes(word)),
        );
        assert.ok((await page.locator(shownFindings).count()) >= Math.max(1, named.length));
        await page.fill("#filter", "no such word anywhere");
        await shows("words that are nowhere", 0);
        assert.equal(await page.locator("section:visible").count(), 0);
      }));

    it(`are whole without scripts: ${name}`, () =>
      opened(name, { javaScriptEnabled: false }, async (page) => {
        assert.equal(await page.locator(shownFindings).count(), findings.length);
        assert.equal(await page.locator("#tools").isVisible(), false);
      }));

    it(`go onto paper, all of it, without what is for the screen: ${name}`, () =>
      opened(name, {}, async (page) => {
        const text = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
        const pages = text.match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
        assert.ok(pages >= 3, `${pages} pages`);
        // A4, lying: 842 by 595 points.
        const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? [];
        assert.deepEqual([Math.round(Number(width)), Math.round(Number(height))], [842, 595]);
        await page.emulateMedia({ media: "print", colorScheme: "dark" });
        assert.equal(await page.locator("#tools").isVisible(), false);
        assert.equal(await page.locator("nav").isVisible(), false);
        const paper = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        assert.equal(paper, "rgb(255, 255, 255)");
        await page.setViewportSize({ width: 1032, height: 700 });
        const cut = await page.evaluate<string[]>(cutTables);
        assert.deepEqual(cut, []);
      }));

    it(`are read on a phone without scrolling sideways: ${name}`, () =>
      opened(name, { viewport: { width: 360, height: 740 }, hasTouch: true }, async (page) => {
        const widths = await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]");
        assert.deepEqual(widths, [360, 360]);
      }));

    for (const colorScheme of ["light", "dark"] as const)
      it(`have texts that stand out from what is behind them, ${colorScheme}: ${name}`, () =>
        opened(name, { colorScheme }, async (page) => {
          assert.deepEqual(await page.evaluate<string[]>(faintTexts), []);
        }));

    it(`name every part and every control for those who cannot see: ${name}`, () =>
      opened(name, {}, async (page) => {
        for (const name of ["Zone", "Severity", "Verdict", "Rule"])
          assert.equal(await page.getByRole("combobox", { name, exact: true }).count(), 1, name);
        assert.equal(await page.getByRole("searchbox", { name: "Words", exact: true }).count(), 1);
        assert.equal(await page.getByRole("img", { name: "Who may reach what" }).count(), 1);
        const ids = await page.evaluate<string[]>('[...document.querySelectorAll("[id]")].map(({ id }) => id)');
        assert.equal(new Set(ids).size, ids.length);
        const links = await page.evaluate<string[]>(
          '[...document.querySelectorAll("nav a")].map((each) => each.getAttribute("href").slice(1))',
        );
        assert.deepEqual(
          links.filter((link) => !ids.includes(link)),
          [],
        );
      }));
  }
});
