import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = join(__dirname, "..", "golden");

/**
 * Compares a rendered text with the file of that path under `test/golden`.
 *
 * With `SGBOX_UPDATE_GOLDEN=1` the file is written instead; the difference is then read in the version control.
 */
export function assertGolden(path: string, text: string): void {
  const file = join(folder, path);
  if (process.env.SGBOX_UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"), `differs from test/golden/${path}`);
}
