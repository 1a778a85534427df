import { readFileSync } from "node:fs";
import { join } from "node:path";

function shellText(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

/** User data is short of room: of the comments only the head stays, and what is to be replaced. */
function withoutComments(text: string): string {
  const lines = text.split("\n");
  const head = lines.findIndex((line, index) => index > 0 && !line.startsWith("# "));
  const kept = lines.slice(head).filter((line) => !/^ *#( (?!\{\{)|$)/.test(line) && line !== "");
  return [...lines.slice(0, head), ...kept.map((line) => line.replace(/^(\w+\(\) [({]) # .*$/, "$1")), ""].join("\n");
}

/** The program that user data installs as `sourcegraph-fetch`: reads the pointer, verifies and unpacks the bundle. */
export const fetchText: string = withoutComments(shellText("fetch.sh"));

/** The body of the machine's set-up; `# {{machine}}` stands where what is particular to a machine goes in. */
export const setupText: string = withoutComments(shellText("setup.sh"));

/**
 * The program that every bundle brings along as `converge.sh` for the machine to run: it puts the secret files together
 * and moves the machine to the bundle. It is part of the bundle so that a new release may bring a new one without a
 * change of user data.
 */
export const convergeScript: string = shellText("converge.sh");

/** The program that every bundle brings along as `measure.sh`: the machine's poll tells the cloud with it how full the disk is. */
export const measureScript: string = shellText("measure.sh");

/** What `converge.sh` does for a new release, by the runbook of the bundle's `hop.json`; read by it, not run. */
export const upgradeScript: string = shellText("upgrade.sh");

/** What the programs for backup, restore and drill have in common; read by them, not run. */
export const databasesScript: string = shellText("databases.sh");

/** The program that every bundle brings along as `backup.sh`: dumps the databases that `databases.json` names. */
export const backupScript: string = shellText("backup.sh");

/** The program that every bundle brings along as `restore.sh`: brings back a backup, or a copy of the data disk. */
export const restoreScript: string = shellText("restore.sh");

/** The program that every bundle brings along as `drill.sh`: restores a backup into a server of its own, for evidence. */
export const drillScript: string = shellText("drill.sh");

/** The program that every bundle brings along as `orders.sh`: the machine's poll carries out with it what people order. */
export const ordersScript: string = shellText("orders.sh");

/** What `restore.sh` does with a copy of the data disk; read by it, not run. */
export const restoreDiskScript: string = shellText("restore-disk.sh");

/** The program that makes a machine what an image is taken from; `# {{image}}` stands where what is particular to an image goes in. */
export const prepareImageText: string = shellText("prepare-image.sh");
