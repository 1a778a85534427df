import { spawnSync } from "node:child_process";

/**
 * Makes sure that a program is on the PATH, for a `before` hook: `requireTool(this, "caddy", "caddy")`.
 *
 * Without it the suite is skipped and the reason printed; in CI (`CI=true`) it fails instead.
 *
 * @param context the hook's `this`
 * @param tool the program, which must understand `--version` or `version`
 * @param aptPackage Debian's package that has it
 */
export function requireTool(context: Mocha.Context, tool: string, aptPackage: string): void {
  if (spawnSync(tool, ["--version"], { stdio: "ignore" }).error === undefined) return;
  const reason = `'${tool}' is not on the PATH; Debian's package ${aptPackage} has it`;
  if (process.env.CI === "true") throw new Error(reason);
  console.log(`      skipped: ${reason}`);
  context.skip();
}
