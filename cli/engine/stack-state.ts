import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import type { StateResource } from "../../components/core/planning/fleet/deletion-state";
import { engineError } from "./program-error";

const execute = promisify(execFile);

/** Most that the engine may say of one stack, bytes. */
const maxBuffer = 256 * 2 ** 20;

/** The state of a stack as the engine exports it; secrets stay encrypted. */
export interface ExportedState {
  /** Version of the form. */
  readonly version: number;
  /** What is deployed. */
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly unknown[];
    readonly [key: string]: unknown;
  };
}

/** Where the engine is asked about a stack. */
export interface StackAsked {
  /** The engine. */
  readonly pulumi: PulumiCommand;
  /** Folder of the project. */
  readonly folder: string;
  /** Environment beside that of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Name of the stack. */
  readonly id: string;
}

async function ask({ pulumi, folder, environment, id }: StackAsked, ...args: readonly string[]): Promise<string> {
  try {
    const env = { ...process.env, ...environment };
    const all = ["stack", ...args, "--stack", id, "--non-interactive"];
    return (await execute(pulumi.command, all, { cwd: folder, env, maxBuffer })).stdout;
  } catch (error) {
    throw engineError([], error);
  }
}

/** Reads the state of a stack; not by the workspace's own export, which decrypts secrets. */
export async function exportState(asked: StackAsked): Promise<ExportedState> {
  return JSON.parse(await ask(asked, "export")) as ExportedState;
}

/** Puts another state in the place of a stack's. */
export async function importState(asked: StackAsked, state: ExportedState): Promise<void> {
  const file = path.join(asked.folder, "state.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  try {
    await ask(asked, "import", "--file", file);
  } finally {
    rmSync(file, { force: true });
  }
}
