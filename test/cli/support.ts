import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import pc from "picocolors";
import { run } from "../../cli/program";
import type { Terminal } from "../../cli/terminal";

/** What a run of the command left. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, as in a pipe: no colour, nobody to ask unless `confirm` is given. */
export async function sgbox(args: readonly string[], more: Partial<Terminal> = {}): Promise<Ran> {
  let [stdout, stderr] = ["", ""];
  const terminal: Terminal = {
    out: (text) => (stdout += text),
    note: (line) => (stderr += `${line}\n`),
    colors: pc.createColors(false),
    env: {},
    today: "2026-11-21",
    folder: process.cwd(),
    ...more,
  };
  const code = await run(args, terminal);
  return { code, stdout, stderr };
}

/** A folder with files, removed after the suite. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sgbox-cli-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Text of a stack file. */
export function stackFile(config: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(config).map(([key, value]) => [`sourcegraph:${key}`, value]);
  return JSON.stringify({ config: Object.fromEntries(entries) as unknown });
}
