import * as fs from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import type { PackSettings } from "../../policy/settings";
import { builtProject } from "./built";
import type { Engine, RunResult } from "./engine";

/** Arguments by which an operation is judged by the pack. */
export function judged(engine: Engine, settings?: PackSettings): { args: string[] } {
  const args = ["--policy-pack", path.join(builtProject(), "policy")];
  if (settings === undefined) return { args };
  const file = path.join(engine.folder, "pack.json");
  fs.writeFileSync(file, JSON.stringify({ boundaries: settings }));
  return { args: [...args, "--policy-pack-config", file] };
}

/** What the pack said, in the lines that the engine printed. */
export function words({ stdout }: RunResult): string[] {
  return [...new Set(stdout.split("\n").map((line) => line.trim()))]
    .filter((line) => line.includes(" breaks B-"))
    .sort();
}

/**
 * Has the engine run, from now on, the stack program with more beside it, as somebody adds a resource by hand.
 *
 * @param text CommonJS; empty for the stack program alone
 */
export function writeBeside(engine: Engine, text: string): void {
  const file = path.join(engine.project, "Pulumi.yaml");
  const settings = YAML.parse(fs.readFileSync(file, "utf8")) as object;
  fs.writeFileSync(file, YAML.stringify({ ...settings, main: "beside.js" }));
  const program = `module.exports = require("./dist/stacks/index.js");\n${text}\n`;
  fs.writeFileSync(path.join(engine.project, "beside.js"), program);
}
