import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import type { Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import { filesNamed } from "../../components/core/planning/config/specification";
import { parseFleet } from "../../components/core/planning/fleet/parse-fleet";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { stackConfigOf } from "../../components/core/planning/fleet/instance";
import {
  accepted,
  configDifferences,
  takeBackProblems,
  type Surprise,
} from "../../components/core/planning/fleet/take-back";
import { extractedPage } from "../../components/core/rendering/fleet/extracted-page";
import { withoutCiphertext } from "../../stacks/config";
import { follow } from "../engine/stack";
import { exportState } from "../engine/stack-state";
import type { Terminal } from "../terminal";
import { printJson, printText } from "../verb";
import { editInstanceFile } from "./instance-file";
import { instanceFileOf, writeStackFiles, workFolder } from "./instance-stack";
import { askedOf, deployedStack, ofInstance, withInstance, type LifeOptions, type OpenInstance } from "./life-verb";
import { backendOf } from "./states";

interface ExtractOptions extends LifeOptions {
  readonly into?: string;
}

/** A folder a person chose takes nothing but what is extracted, so that nothing of theirs is written over. */
function requireEmpty({ into }: ExtractOptions, terminal: Terminal): void {
  const folder = path.resolve(terminal.folder, into ?? "");
  if (into === undefined || !existsSync(folder)) return;
  const isFolder = statSync(folder).isDirectory();
  if (isFolder && readdirSync(folder).length === 0) return;
  throw new InputError(
    [
      {
        path: "into",
        message: `is "${into}", which ${isFolder ? "is not empty" : "is a file"}; give a folder that is empty or not there`,
      },
    ],
    "nothing was done",
  );
}

async function extract(given: string, options: ExtractOptions, terminal: Terminal): Promise<void> {
  requireEmpty(options, terminal);
  await withInstance(given, "extract", options, terminal, undefined, async (opened) => {
    const { open, instance } = opened;
    const { id, slug, file, release } = instance;
    const { reason = "" } = options;
    await deployedStack(opened, terminal);
    const state = await exportState(askedOf(opened, terminal));
    const into = path.resolve(terminal.folder, options.into ?? path.join(open.folder, ".fleet", "extracted", id));
    cpSync(workFolder(open, id), into, { recursive: true });
    writeFileSync(path.join(into, "state.json"), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    const page = extractedPage({ id, slug, reason, release, backend: backendOf(open.fleet, terminal) });
    writeFileSync(path.join(into, "README.md"), page);
    // Last: until then nothing has changed.
    editInstanceFile(path.join(open.folder, file), (document) => {
      document.set("state", "extracted");
      document.set("reason", reason);
    });
    if (options.json === true) printJson(terminal, { id, slug, state: "extracted", reason, folder: into });
    else
      printText(
        terminal,
        `${slug} (${id}) is in your hands: ${into} has its project, config and state, and README.md says how to go on\nrollouts leave it out until sgbox fleet take-back ${slug}`,
      );
  });
}

/** The config a stack was last deployed with. */
async function deployedConfig(stack: Stack): Promise<Record<string, unknown>> {
  const [last] = await stack.history(1, 1, false);
  return Object.fromEntries(
    Object.entries(last?.config ?? {}).flatMap(([key, given]) => {
      const name = /^sourcegraph:(.+)$/.exec(key)?.[1];
      const { value, objectValue } = given as { readonly value?: string; readonly objectValue?: unknown };
      return name === undefined ? [] : [[name, objectValue ?? structured(value)]];
    }),
  );
}

/** A structured value, or yes and no, where a text is one. */
function structured(value: string | undefined): unknown {
  if (value === undefined || !/^([[{]|(true|false)$)/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What an update would change, after a look at what is really there. */
async function surprisesOf(stack: Stack, terminal: Terminal): Promise<Surprise[]> {
  const found: Surprise[] = [];
  await follow(
    "planned",
    terminal,
    ({ take }) =>
      stack.preview({
        refresh: true,
        color: "never",
        onEvent: (event) => {
          take(event);
          const { op = "same", urn = "", type = "" } = event.resourcePreEvent?.metadata ?? {};
          if (!["same", "read", "refresh"].includes(op)) found.push({ op, type, name: urn.split("::").at(-1) ?? "" });
        },
      }),
    true,
  );
  return found;
}

/**
 * Checks what is to be written into the file of an instance: the fleet has to be valid with it.
 *
 * @throws InputError with every problem
 */
function checkAccepted({ open, instance: { file } }: OpenInstance, wanted: InstanceConfig, terminal: Terminal): void {
  const { folder, fleet } = open;
  const config = withoutCiphertext(wanted.config);
  const beside = path.resolve(folder, path.dirname(file));
  const files = filesNamed(config).map((name) => [name, readFileSync(path.resolve(beside, name), "utf8")] as const);
  parseFleet(
    {
      fleet: { name: fleet.settings.name, expiryDays: fleet.settings.expiryDays },
      instances: { [file]: { ...wanted, config } },
      files: Object.fromEntries(files),
    },
    terminal.today,
    { expired: false },
  );
}

/** Compares what runs with the file, and refuses unless both are the same, or the file is to say what runs. */
async function compared(opened: OpenInstance, accepts: boolean, terminal: Terminal): Promise<readonly string[]> {
  const { open, instance } = opened;
  const stack = await deployedStack(opened, terminal);
  const given = instanceFileOf(open, instance);
  const differences = configDifferences(stackConfigOf(given), await deployedConfig(stack));
  const wanted = accepts ? accepted(given, differences) : given;
  if (accepts) checkAccepted(opened, wanted, terminal);
  writeStackFiles(open, instance, wanted, workFolder(open, instance.id));
  const surprises = differences.length > 0 && !accepts ? [] : await surprisesOf(stack, terminal);
  const problems = takeBackProblems(instance.file, accepts ? [] : differences, surprises);
  if (problems.length > 0)
    throw new RefusedError(
      problems,
      `refused, because ${instance.slug} (${instance.id}) does not run what its file says`,
    );
  editInstanceFile(path.join(open.folder, instance.file), (document) => {
    if (accepts) {
      document.set("release", wanted.release);
      if (wanted.expires === undefined) document.delete("expires");
      else document.set("expires", wanted.expires);
      for (const { key } of differences.filter((each) => !["release", "name", "expires"].includes(each.key))) {
        if (wanted.config[key] === undefined) document.deleteIn(["config", key]);
        else document.setIn(["config", key], wanted.config[key]);
      }
    }
    document.delete("state");
    if (wanted.config["suspended"] !== true) document.delete("reason");
  });
  return differences.map(({ key }) => key);
}

interface TakeBackOptions extends LifeOptions {
  readonly accept?: boolean;
}

async function takeBack(given: string, options: TakeBackOptions, terminal: Terminal): Promise<void> {
  await withInstance(given, "take-back", options, terminal, undefined, async (opened) => {
    const { id, slug, file } = opened.instance;
    const written = await compared(opened, options.accept === true, terminal);
    if (options.json === true) printJson(terminal, { id, slug, state: "active", written });
    else
      printText(
        terminal,
        `${slug} (${id}) is back: an update by its file would change nothing${written.length === 0 ? "" : `; written into ${file}: ${written.join(", ")}`}`,
      );
  });
}

/** Defines `sgbox fleet extract` and `sgbox fleet take-back`. */
export function defineExtraction(command: Command, terminal: Terminal): void {
  ofInstance(
    command,
    "extract",
    "hand an instance to a person: out of rollouts, its project, config and state in a folder",
    ['sgbox fleet extract acme --reason "disk is corrupt, INC-42"'],
  )
    .requiredOption("--reason <text>", "why; written into its file, and shown wherever it is left out")
    .option("--into <folder>", "empty folder for its files; default .fleet/extracted/ID in the fleet's")
    .action((given: string, options: ExtractOptions) => extract(given, options, terminal));
  ofInstance(command, "take-back", "take an extracted instance back, unless it does not run what its file says", [
    "sgbox fleet take-back acme",
    "sgbox fleet take-back acme --accept",
  ])
    .option("--accept", "write into its file the config that runs")
    .action((given: string, options: TakeBackOptions) => takeBack(given, options, terminal));
}
