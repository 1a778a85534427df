import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";

/** The repository's root. */
export const repository = path.resolve(__dirname, "../..");

let installed: string | undefined;

/** The folder of the packed tools: `SGBOX_TOOLCHAIN`, else `../shared/toolchain` beside the repository. */
export function toolchainFolder(): string {
  return process.env.SGBOX_TOOLCHAIN ?? path.resolve(repository, "../shared/toolchain");
}

/**
 * Unpacks the tools once per process (nothing happens when they are up to date) and returns the folder to put first
 * on the PATH.
 *
 * @throws Error when the folder is missing or its `install` fails.
 */
export function installToolchain(): string {
  const install = path.join(toolchainFolder(), "install");
  if (!existsSync(install)) throw new Error(`there is no toolchain at ${toolchainFolder()} (SGBOX_TOOLCHAIN names it)`);
  installed ??= execFileSync(install, { encoding: "utf8", timeout: 180_000 }).trim().split("\n").at(-1) ?? "";
  return installed;
}

/**
 * The folder with the real tools, for a `before` hook: `bin = requireToolchain(this)`.
 *
 * Without the toolchain the suite is skipped and the reason printed. In CI (`CI=true`) with the toolchain's folder
 * present, it fails instead: a rung that silently stops to run proves nothing.
 */
export function requireToolchain(context: Mocha.Context): string {
  try {
    return installToolchain();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env.CI === "true" && existsSync(toolchainFolder())) throw error;
    console.log(`      skipped: ${reason}`);
    return context.skip();
  }
}
