import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

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
