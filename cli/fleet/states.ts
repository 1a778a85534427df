import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { accountType } from "../../components/core/planning/environment/names";
import type { Fleet } from "../../components/core/planning/fleet/instance";
import type { KnownState } from "../../components/core/planning/fleet/known-state";
import { changedBy, type UpdateRecord } from "../../components/core/planning/fleet/last-change";
import { parseManifest } from "../../components/core/planning/manifest";
import { engineEnvironment, stateBackend } from "../engine/home";
import { projectName, projectText } from "../engine/place";
import { engineError } from "../engine/program-error";
import { findPulumi } from "../engine/pulumi-command";
import type { Terminal } from "../terminal";
import { inParallel } from "./parallel";

const execute = promisify(execFile);

/** Most that the engine may say of one stack, bytes. */
const maxBuffer = 256 * 2 ** 20;

/** Stacks a backend is asked for at a time. */
const atATime = 8;

/** A stack's state as the engine keeps it. */
interface Deployment {
  readonly manifest?: { readonly time?: string };
  readonly pending_operations?: readonly unknown[];
  readonly resources?: readonly {
    readonly type: string;
    readonly id?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
  }[];
}

/** The text of a file, packed or not; undefined where there is none. */
function textOf(file: string): string | undefined {
  for (const [name, unpack] of [
    [file, (content: Buffer) => content],
    [`${file}.gz`, gunzipSync],
  ] as const) {
    try {
      return unpack(readFileSync(name)).toString("utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

/** An update of a stack with when it ended. */
interface DatedUpdate extends UpdateRecord {
  /** ISO 8601. */
  readonly at: string;
}

/** What a state says, and who made the update that led to it. */
function knownOf(latest: Deployment | undefined, update: DatedUpdate | undefined): KnownState {
  const outputs = latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  const manifest = parseManifest(outputs?.["manifest"]);
  const url = outputs?.["url"];
  const account = latest?.resources?.find(({ type }) => type === accountType)?.id;
  const updatedAt = latest?.manifest?.time;
  const by = update === undefined ? undefined : changedBy(update);
  return {
    ...(manifest === undefined ? {} : { release: manifest.release }),
    ...(manifest?.lastHop === undefined ? {} : { lastHop: manifest.lastHop }),
    ...(account === undefined ? {} : { account }),
    ...(typeof url === "string" ? { url } : {}),
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(update === undefined || by === undefined ? {} : { lastChange: { at: update.at, by } }),
    pending: latest?.pending_operations?.length ?? 0,
  };
}

/** The newest update in the history of a backend that is a folder; undefined where there is none. */
function lastUpdateIn(root: string, id: string): DatedUpdate | undefined {
  const folder = path.join(root, ".pulumi", "history", projectName, id);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  // Names hold nanoseconds since 1970, as many digits for centuries.
  const newest = names.flatMap((name) => /^.*\.history\.json(?=(\.gz)?$)/.exec(name)?.[0] ?? []).sort();
  const text = textOf(path.join(folder, newest.at(-1) ?? ""));
  if (text === undefined) return undefined;
  const { endTime, ...record } = JSON.parse(text) as UpdateRecord & { readonly endTime: number };
  return { ...record, at: new Date(endTime * 1000).toISOString() };
}

/** What a backend that is a folder knows; the engine is not asked. */
function statesIn(root: string, { instances }: Fleet): Record<string, KnownState> {
  const stacks = path.join(root, ".pulumi", "stacks", projectName);
  return Object.fromEntries(
    instances.map(({ id }) => {
      const text = textOf(path.join(stacks, `${id}.json`));
      const file =
        text === undefined
          ? undefined
          : (JSON.parse(text) as { readonly checkpoint?: { readonly latest?: Deployment } });
      const update = file === undefined ? undefined : lastUpdateIn(root, id);
      return [id, knownOf(file?.checkpoint?.latest, update)];
    }),
  );
}

/**
 * What any backend knows, asked by the engine: which stacks there are, then the state and the last update of each.
 *
 * @throws PlainError with the engine's words when the backend does not answer
 */
export async function statesByEngine(
  backend: string,
  { instances }: Fleet,
  terminal: Terminal,
): Promise<Record<string, KnownState>> {
  const { command } = await findPulumi(terminal, false);
  const workDir = mkdtempSync(path.join(tmpdir(), "sgbox-states-"));
  writeFileSync(path.join(workDir, "Pulumi.yaml"), projectText(workDir));
  const env = { ...process.env, ...engineEnvironment(terminal), PULUMI_BACKEND_URL: backend };
  const ask = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(
      (await execute(command, [...args, "--non-interactive"], { cwd: workDir, env, maxBuffer })).stdout,
    ) as unknown;
  try {
    const listed = (await ask("stack", "ls", "--json")) as readonly { readonly name: string }[];
    const there = new Set(listed.map(({ name }) => name.split("/").at(-1)));
    const states = await inParallel(instances, atATime, async ({ id }): Promise<[string, KnownState]> => {
      if (!there.has(id)) return [id, knownOf(undefined, undefined)];
      // Not the workspace's own export, which decrypts secrets.
      const { deployment } = (await ask("stack", "export", "--stack", id)) as { readonly deployment?: Deployment };
      const history = await ask("stack", "history", "--json", "--page-size", "1", "--page", "1", "--stack", id);
      const [update] = history as readonly (UpdateRecord & { readonly endTime?: string })[];
      return [id, knownOf(deployment, update?.endTime === undefined ? undefined : { ...update, at: update.endTime })];
    });
    return Object.fromEntries(states);
  } catch (error) {
    throw engineError([], error);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** Address of the backend of a fleet; nothing is made for it. */
export function backendOf({ settings }: Fleet, terminal: Terminal): string {
  return settings.backend ?? terminal.env["PULUMI_BACKEND_URL"] ?? stateBackend(terminal);
}

/** Reads what the backend knows of every instance of a fleet, by id. A backend that is a folder is read without the engine. */
export async function readStates(fleet: Fleet, terminal: Terminal): Promise<Readonly<Record<string, KnownState>>> {
  const backend = backendOf(fleet, terminal);
  return backend.startsWith("file://")
    ? statesIn(fileURLToPath(backend), fleet)
    : statesByEngine(backend, fleet, terminal);
}
