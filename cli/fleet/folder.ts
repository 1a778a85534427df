import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { InputError, type Problem } from "../../components/core/errors";
import type { Fleet } from "../../components/core/planning/fleet/instance";
import { parseFleet, type FleetFolder } from "../../components/core/planning/fleet/parse-fleet";
import { withoutCiphertext } from "../../stacks/config";
import type { Terminal } from "../terminal";
import { goneFolder } from "./deletion-files";
import { namedFiles, outsideProblems } from "./named-files";

/** A fleet with the folder it was read from. */
export interface OpenFleet {
  /** Folder, absolute. */
  readonly folder: string;
  /** What its files say. */
  readonly fleet: Fleet;
}

const settingsFile = "fleet.yaml";
const instancesFolder = "instances";

function wrongFolder(given: string, message: string): InputError {
  return new InputError([{ path: "fleet", message: `is "${given}", ${message}` }], "the fleet cannot be read");
}

const noSettings = (given: string): InputError =>
  wrongFolder(given, `which holds no ${settingsFile}; name the folder of a fleet with --fleet`);

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** The YAML of a file; what is none is a problem. */
function yamlOf(text: string, name: string, problems: Problem[]): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0]?.replace(/:$/, "") ?? "";
    problems.push({ path: name, message: `is not YAML: ${why}` });
    return undefined;
  }
}

/**
 * The folder of a fleet, absolute; nothing but its being one is looked at.
 *
 * @throws InputError when it is none
 */
export function settingsFolder(given: string | undefined, terminal: Terminal): string {
  const folder = path.resolve(terminal.folder, given ?? ".");
  if (existsSync(path.join(folder, settingsFile))) return folder;
  throw noSettings(given ?? ".");
}

/** What the folder holds, files that configs name included. */
function readFolder(folder: string, given: string): FleetFolder {
  const settings = textOf(path.join(folder, settingsFile));
  if (settings === undefined) throw noSettings(given);
  const problems: Problem[] = [];
  const fleet = yamlOf(settings, settingsFile, problems);
  const instances: Record<string, unknown> = {};
  const files: Record<string, string> = {};
  const listed = readdirSync(folder).includes(instancesFolder) ? readdirSync(path.join(folder, instancesFolder)) : [];
  for (const name of listed.filter((each) => each.endsWith(".yaml")).sort()) {
    const file = `${instancesFolder}/${name}`;
    const read = yamlOf(textOf(path.join(folder, file)) ?? "", file, problems);
    const { config } = (read ?? {}) as { readonly config?: unknown };
    instances[file] = config === undefined ? read : { ...(read as object), config: withoutCiphertext(config) };
    problems.push(...outsideProblems(file, config));
    for (const named of namedFiles(config)) {
      const text = textOf(path.resolve(folder, instancesFolder, named));
      if (text !== undefined) files[named] = text;
    }
  }
  const gone: Record<string, unknown> = {};
  const left = listed.includes(path.basename(goneFolder)) ? readdirSync(path.join(folder, goneFolder)) : [];
  for (const name of left.filter((each) => each.endsWith(".yaml")).sort()) {
    const file = path.join(goneFolder, name);
    gone[file] = yamlOf(textOf(path.join(folder, file)) ?? "", file, problems);
  }
  if (problems.length > 0) throw new InputError(problems, "the fleet cannot be read");
  return { fleet, instances, gone, files };
}

/**
 * Reads the folder of a fleet: `fleet.yaml`, one file for each instance below `instances/`, and those of what is gone, whose ids
 * and e-mails are never used again.
 *
 * @param given the folder as the user wrote it; default the current one
 * @throws InputError with every problem of every file
 */
export function openFleet(
  given: string | undefined,
  terminal: Terminal,
  options: { readonly expired?: boolean } = {},
): OpenFleet {
  const folder = path.resolve(terminal.folder, given ?? ".");
  const read = readFolder(folder, given ?? ".");
  return { folder, fleet: parseFleet(read, terminal.today, options) };
}
