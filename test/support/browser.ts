import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

/** Debian's Chromium; `SGBOX_CHROMIUM` names another. */
export const chromiumPath = process.env.SGBOX_CHROMIUM ?? "/usr/bin/chromium";

/**
 * Starts a browser with a new, empty profile, for a `before` hook: `browser = await requireBrowser(this)`. Without one the
 * suite is skipped and the reason printed.
 */
export async function requireBrowser(context: Mocha.Context): Promise<Browser> {
  if (!existsSync(chromiumPath)) {
    console.log(`      skipped: there is no browser at ${chromiumPath} (SGBOX_CHROMIUM names it)`);
    return context.skip();
  }
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens a page from its file, and sees to it that it says and loads nothing while it is looked at. */
export async function openedQuietly(
  browser: Browser,
  file: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const [said, loaded]: [string[], string[]] = [[], []];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => loaded.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await look(page);
    assert.deepEqual(said, []);
    assert.deepEqual(loaded, [url]);
  } finally {
    await context.close();
  }
}
