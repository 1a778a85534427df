import { readFileSync } from "node:fs";
import { join } from "node:path";

function shellText(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

/** User data is short of room: the headings within a program stay behind. */
function withoutHeadings(text: string): string {
  return text.replace(/^# --- .*\n/gm, "");
}

/** The program that user data installs as `sourcegraph-fetch`: reads the pointer, verifies and unpacks the bundle. */
export const fetchText: string = withoutHeadings(shellText("fetch.sh"));

/** The body of the machine's set-up; `# {{machine}}` stands where what is particular to a machine goes in. */
export const setupText: string = withoutHeadings(shellText("setup.sh"));

/**
 * The program that every bundle brings along as `converge.sh` for the machine to run: it puts the secret files together
 * and moves the machine to the bundle. It is part of the bundle so that a new release may bring a new one without a
 * change of user data.
 */
export const convergeScript: string = shellText("converge.sh");

/** The program that every bundle brings along as `measure.sh`: the machine's poll tells the cloud with it how full the disk is. */
export const measureScript: string = shellText("measure.sh");
