import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { BundleFile } from "../bundle";

function shellText(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

/** The program that user data installs as `sourcegraph-fetch`: reads the pointer, verifies and unpacks the bundle. */
export const fetchText: string = shellText("fetch.sh");

/** The body of the machine's set-up; `# {{machine}}` stands where what is particular to a machine goes in. */
export const setupText: string = shellText("setup.sh");

/**
 * The programs that every bundle brings along for the machine to run: `converge.sh`, which moves the machine to the
 * bundle, and `secrets.sh`, which it uses. They are part of the bundle so that a new release may bring new ones
 * without a change of user data.
 */
export const convergeFiles: readonly BundleFile[] = ["converge.sh", "secrets.sh"].map((path) => ({
  path,
  mode: "0755",
  text: shellText(path),
}));
