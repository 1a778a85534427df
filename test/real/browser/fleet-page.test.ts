import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { progressOf, type RolloutEvent } from "../../../components/core/planning/fleet/journal";
import { planRollout } from "../../../components/core/planning/fleet/rollout-plan";
import { rolloutStatus } from "../../../components/core/planning/fleet/rollout-status";
import { fleetStatus, needsLook, type InstanceStatus } from "../../../components/core/planning/fleet/status";
import { statusPage } from "../../../components/core/rendering/fleet/status-page";
import { openedQuietly, requireBrowser } from "../../support/browser";
import { fleetOf, instanceFile, today } from "../../support/fleet";
import { repository } from "../../support/toolchain";

const count = 1000;
const to = "7.5.4453";
const hostile = `</script><img src=x onerror="window.hit=1">'"&\u2028`;
const running = ["7.4.0", "7.3.2527", to, "7.4.0"] as const;
const types = ["production", "trial", "internal", "production", "production"] as const;

/** A page on a thousand instances in the midst of a rollout, one of which failed with words that are no good. */
function page(): { readonly html: string; readonly rows: readonly InstanceStatus[] } {
  const fleet = fleetOf(
    Array.from({ length: count }, (_, number) => instanceFile(number, { type: types[number % types.length] })),
    { gate: { failures: 5 } },
  );
  const states = Object.fromEntries(
    fleet.instances.map(({ id }, index) => {
      const by = index === 1 ? hostile : `person-${index % 7}`;
      const lastChange = { at: `2026-11-${String(1 + (index % 20)).padStart(2, "0")}T10:00:00Z`, by };
      return [id, { release: running[index % running.length] ?? to, lastChange, pending: index % 97 === 0 ? 1 : 0 }];
    }),
  );
  const plan = planRollout(fleet, states, { to, acknowledge: ["backup-first", "oob-complete"] });
  const at = "2026-11-21T10:00:00Z";
  const [first, second] = plan.waves;
  const failed = second?.members[0]?.id ?? "";
  const events: RolloutEvent[] = [
    { at, event: "begun", digest: plan.digest, to, by: "it" },
    { at, event: "wave-begun", wave: first?.name ?? "" },
    ...(first?.members ?? []).map(({ id }): RolloutEvent => ({ at, event: "member-done", id })),
    { at, event: "wave-done", wave: first?.name ?? "" },
    { at, event: "wave-begun", wave: second?.name ?? "" },
    { at, event: "member-failed", id: failed, step: "update", message: hostile },
  ];
  const progress = progressOf(plan, events);
  const monthly = Object.fromEntries(fleet.instances.map(({ id }, index) => [id, 100 + ((index * 37) % 900)]));
  const rows = fleetStatus(fleet, { states, today, rollout: { plan, progress }, monthly });
  const rollout = rolloutStatus(plan, progress);
  return { html: statusPage({ fleet: `managed ${hostile}`, at, rows, rollout }), rows };
}

/** Runs in the page: scrolls down a hundred steps, one each frame, and gives how long each frame took, ms. */
const scrolled = `new Promise((resolve) => {
  const times = [];
  let before = performance.now();
  const step = (now) => {
    times.push(now - before);
    before = now;
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2 || times.length > 100) return resolve(times);
    scrollBy(0, 400);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

describe("the page of a fleet, in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let folder: string;
  const { html, rows } = page();

  before(async function () {
    browser = await requireBrowser(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-page-"));
    writeFileSync(join(folder, "status.html"), html);
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page from its file, without a network. */
  const opened = (options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> =>
    openedQuietly(browser, join(folder, "status.html"), { ...options, offline: true }, look);

  const visible = (page: Page): Promise<number> =>
    page.evaluate<number>('[...document.querySelectorAll(".instances tbody tr")].filter((row) => !row.hidden).length');
  const told = (page: Page): Promise<string | null> => page.locator("#shown").textContent();

  it("shows every instance, its pictures, and what was written into it as text, without a network", () =>
    opened({ viewport: { width: 1400, height: 900 } }, async (page) => {
      assert.equal(await visible(page), count);
      assert.equal(await told(page), "1,000 of 1,000 instances");
      assert.equal(
        await page.getByRole("img", { name: /^Waves of the rollout of 7\.5\.4453: internal done/ }).count(),
        1,
      );
      assert.equal(
        await page.getByRole("img", { name: /^Releases that run: 7\.5\.4453 250, 7\.4\.0 500, / }).count(),
        1,
      );
      assert.equal(await page.evaluate<unknown>("window.hit"), undefined);
      assert.equal(await page.locator("img").count(), 0);
      assert.equal(await page.locator("h1").textContent(), `Fleet managed ${hostile}`);
      assert.equal(await page.locator(".instances tbody tr", { hasText: hostile.slice(0, 30) }).count(), 2);
      const artefacts = join(repository, ".state/artefacts");
      mkdirSync(artefacts, { recursive: true });
      await page.screenshot({ path: join(artefacts, "fleet-page.png") });
    }));

  it("is filtered by words and by chips of type, release, age and what needs a look", () =>
    opened({ viewport: { width: 1400, height: 900 } }, async (page) => {
      const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
      const expect = async (fits: (row: InstanceStatus) => boolean): Promise<void> => {
        const expected = rows.filter(fits).length;
        assert.equal(await visible(page), expected);
        assert.equal(await told(page), `${expected.toLocaleString("en-US")} of 1,000 instances`);
      };
      await press("trial 200");
      await expect(({ type }) => type === "trial");
      await press("internal 200");
      await expect(({ type }) => type !== "production");
      await press("7.3.2527 250");
      await expect(({ type, release }) => type !== "production" && release === "7.3.2527");
      await press("behind 250");
      await press(`needs a look ${rows.filter(needsLook).length}`);
      await expect((row) => row.type !== "production" && row.release === "7.3.2527" && needsLook(row));
      for (const name of ["trial 200", "internal 200", "7.3.2527 250", "behind 250"]) await press(name);
      await expect(needsLook);
      await press(`needs a look ${rows.filter(needsLook).length}`);
      await page.fill("#filter", "CUSTOMER-99 interrupted");
      await expect(({ slug, interrupted }) => slug.includes("customer-99") && interrupted);
      await page.fill("#filter", "no such word");
      await expect(() => false);
    }));

  it("is sorted by its heads, by keys too: figures by size, releases by their numbers", () =>
    opened({ viewport: { width: 1400, height: 900 } }, async (page) => {
      const first = (column: number) =>
        page.locator(`.instances tbody tr:nth-child(1) td:nth-child(${column})`).textContent();
      const titles = await page.locator(".instances th").allTextContents();
      const columnOf = (title: string): number => titles.indexOf(title) + 1;
      const head = (title: string) => page.getByRole("columnheader", { name: title }).getByRole("button");
      await head("USD a month").focus();
      await page.keyboard.press("Enter");
      assert.equal(await first(columnOf("USD a month")), "100");
      await page.keyboard.press("Enter");
      assert.equal(await first(columnOf("USD a month")), "999");
      await head("release").click();
      assert.equal(await first(columnOf("release")), "7.3.2527");
      await head("slug").click();
      assert.equal(await first(columnOf("slug")), "customer-0");
      assert.equal(
        await page.locator(".instances tbody tr:nth-child(11) td:nth-child(2)").textContent(),
        "customer-10",
      );
      assert.equal(await page.locator("th[aria-sort]").count(), 1);
    }));

  it("scrolls over a thousand rows and filters them with little work for each frame", () =>
    opened({ viewport: { width: 1400, height: 900 } }, async (page) => {
      // Processor time, so that a busy machine does not make the page look slow.
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable", { timeDomain: "threadTicks" });
      const work = async (): Promise<number> => {
        const { metrics } = await session.send("Performance.getMetrics");
        return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
      };
      const before = await work();
      const frames = (await page.evaluate<number[]>(scrolled)).sort((a, b) => a - b);
      const perFrame = ((await work()) - before) / frames.length;
      const start = await work();
      await page.fill("#filter", "customer-1");
      await page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))`);
      const filtering = (await work()) - start;
      const median = frames[Math.floor(frames.length / 2)] ?? Number.NaN;
      console.log(
        `      ${frames.length} frames: ${perFrame.toFixed(1)} ms of work each, median ${median.toFixed(0)} ms, longest ${frames.at(-1)?.toFixed(0)} ms; filtering ${filtering.toFixed(0)} ms of work`,
      );
      assert.ok(frames.length > 50, `only ${frames.length} frames`);
      assert.ok(perFrame < 33, `${perFrame.toFixed(1)} ms of work for a frame, of which a second has thirty`);
      assert.ok(filtering < 150, `${filtering.toFixed(0)} ms of work for a filter`);
    }));

  it("is read on a phone of 360 pixels without scrolling sideways, and is whole without scripts", async () => {
    await opened({ viewport: { width: 360, height: 740 }, hasTouch: true, colorScheme: "dark" }, async (page) => {
      assert.deepEqual(await page.evaluate<number[]>("[document.documentElement.scrollWidth, innerWidth]"), [360, 360]);
      const wide = await page.evaluate<number>(
        'document.querySelector(".wide").scrollWidth - document.querySelector(".wide").clientWidth',
      );
      assert.equal(wide, 0);
      const artefacts = join(repository, ".state/artefacts");
      await page.screenshot({ path: join(artefacts, "fleet-page-phone.png") });
      await page.locator(".instances").scrollIntoViewIfNeeded();
      await page.evaluate("scrollTo(0, document.querySelector('.instances').offsetTop - 60)");
      await page.screenshot({ path: join(artefacts, "fleet-page-phone-rows.png") });
    });
    await opened({ javaScriptEnabled: false }, async (page) => {
      assert.equal(await page.locator(".instances tbody tr").count(), count);
      assert.equal(await page.locator("#filter").isVisible(), false);
    });
  });
});
