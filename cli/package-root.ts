import { readFileSync } from "node:fs";
import * as path from "node:path";

const above = path.dirname(__dirname);

/** Folder of this package: where its package.json and Pulumi.yaml are, compiled or not. */
export const packageRoot = path.basename(above) === "dist" ? path.dirname(above) : above;

/** Version of this package. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as { version: string };
  return version;
}
