import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { LocalWorkspace, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { Document, parse } from "yaml";
import { InputError } from "../../components/core/errors";
import { providerConfigOf, stackConfigOf, type FleetInstance } from "../../components/core/planning/fleet/instance";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { engineEnvironment } from "../engine/home";
import { projectText } from "../engine/place";
import type { Terminal } from "../terminal";
import type { OpenFleet } from "./folder";
import { namedFiles, outsideProblems } from "./named-files";
import { backendOf } from "./states";

/** How a stack file that is there says that secrets are encrypted. */
function encryptionOf(file: string): InstanceConfig["pulumi"] {
  if (!existsSync(file)) return undefined;
  const { config: _config, ...settings } = parse(readFileSync(file, "utf8")) as Record<string, string>;
  return settings;
}

/** Folder in which the engine works on an instance. */
export function workFolder({ folder }: OpenFleet, id: string): string {
  return path.join(folder, ".fleet", "work", id);
}

/** What an instance's file says, as it is written. */
export function instanceFileOf({ folder }: OpenFleet, { file }: FleetInstance): InstanceConfig {
  return parse(readFileSync(path.join(folder, file), "utf8")) as InstanceConfig;
}

/**
 * Writes the project and the stack file of an instance anew, and copies the files its config names beside them.
 *
 * @param work the folder; how the secrets of a stack file in it are encrypted is kept
 * @param given what the instance's file says
 * @throws InputError for a file outside of the folder of the instance's file
 */
export function writeStackFiles(
  open: OpenFleet,
  { id, file }: FleetInstance,
  given: InstanceConfig,
  work: string,
): void {
  const { folder, fleet } = open;
  const config = stackConfigOf(given);
  const outside = outsideProblems(file, config);
  if (outside.length > 0) throw new InputError(outside, "the stack cannot be written");
  mkdirSync(work, { recursive: true });
  const { program } = fleet.settings;
  writeFileSync(
    path.join(work, "Pulumi.yaml"),
    program === undefined ? projectText(work) : projectText(work, path.resolve(folder, program)),
  );
  const keys = Object.fromEntries(Object.entries(config).map(([key, value]) => [`sourcegraph:${key}`, value]));
  const stackFile = path.join(work, `Pulumi.${id}.yaml`);
  const settings =
    given.pulumi ?? encryptionOf(stackFile) ?? encryptionOf(path.join(workFolder(open, id), `Pulumi.${id}.yaml`));
  writeFileSync(stackFile, new Document({ ...settings, config: { ...providerConfigOf(config), ...keys } }).toString());
  for (const named of namedFiles(config)) {
    mkdirSync(path.dirname(path.resolve(work, named)), { recursive: true });
    copyFileSync(path.resolve(folder, path.dirname(file), named), path.resolve(work, named));
  }
}

/** Environment of the engine that works on the stacks of a fleet. */
export function fleetEnvironment({ fleet }: OpenFleet, terminal: Terminal): Record<string, string> {
  return { ...engineEnvironment(terminal), PULUMI_BACKEND_URL: backendOf(fleet, terminal) };
}

/** What the stack of an instance is opened for, where that is another than its file says. */
export interface OpenAs {
  /** Release it is to run; default the one its file says. */
  readonly release?: string;
  /** Ids that are acknowledged besides those of its file; default none. */
  readonly acknowledge?: readonly string[];
  /** Whether the stack is made where it is not there; default false. */
  readonly create?: boolean;
  /** Address of the backend; default the fleet's. */
  readonly backend?: string;
  /** Folder to work in, for looks beside a rollout; default the one of the instance. */
  readonly work?: string;
}

/** What an instance's file says, with the release and the acknowledgements it is opened with. */
function givenAs(given: InstanceConfig, { release, acknowledge = [] }: OpenAs): InstanceConfig {
  const own: unknown = given.config["acknowledge"];
  const ids = [...new Set([...(Array.isArray(own) ? own.map(String) : []), ...acknowledge])];
  return {
    ...given,
    ...(release === undefined ? {} : { release }),
    ...(acknowledge.length === 0 ? {} : { config: { ...given.config, acknowledge: ids } }),
  };
}

/**
 * Opens the stack of an instance, in a folder that is written anew from its file.
 *
 * @throws StackNotFoundError when it is not there, and is not to be made
 */
export async function openInstanceStack(
  open: OpenFleet,
  instance: FleetInstance,
  world: { readonly terminal: Terminal; readonly pulumi: PulumiCommand },
  as: OpenAs = {},
): Promise<Stack> {
  const workDir = as.work ?? workFolder(open, instance.id);
  writeStackFiles(open, instance, givenAs(instanceFileOf(open, instance), as), workDir);
  const environment = fleetEnvironment(open, world.terminal);
  const args = { stackName: instance.id, workDir };
  const workspace = {
    pulumiCommand: world.pulumi,
    envVars: as.backend === undefined ? environment : { ...environment, PULUMI_BACKEND_URL: as.backend },
  };
  return as.create === true
    ? LocalWorkspace.createOrSelectStack(args, workspace)
    : LocalWorkspace.selectStack(args, workspace);
}
