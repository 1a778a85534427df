import { readFileSync } from "node:fs";
import { join } from "node:path";

function shellText(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

/** The program that user data installs as `sourcegraph-fetch`: reads the pointer, verifies and unpacks the bundle. */
export const fetchText: string = shellText("fetch.sh");

/** The body of the machine's set-up; `# {{machine}}` stands where what is particular to a machine goes in. */
export const setupText: string = shellText("setup.sh");

/**
 * The program that every bundle brings along as `converge.sh` for the machine to run: it puts the secret files together
 * and moves the machine to the bundle. It is part of the bundle so that a new release may bring a new one without a
 * change of user data.
 */
export const convergeScript: string = shellText("converge.sh");
