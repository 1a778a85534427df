import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import * as path from "node:path";
import { StackNotFoundError, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import {
  checkLife,
  instanceNamed,
  type LifeVerb,
  type UnfinishedRollout,
} from "../../components/core/planning/fleet/life";
import { findPulumi } from "../engine/pulumi-command";
import { runUp } from "../engine/run-up";
import type { StackAsked } from "../engine/stack-state";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import type { OpenFleet } from "./folder";
import { editInstanceFile } from "./instance-file";
import { fleetEnvironment, openInstanceStack, workFolder } from "./instance-stack";
import { openLocked } from "./locked";
import { mendStack } from "./mend-stack";
import { RolloutFiles } from "./rollout-files";

/** Options of the verbs about the life of one instance. */
export interface LifeOptions {
  readonly fleet?: string;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** An instance with the fleet it belongs to, and the engine. */
export interface OpenInstance {
  readonly open: OpenFleet;
  readonly instance: FleetInstance;
  readonly pulumi: PulumiCommand;
}

/** The rollout that is not over, as far as the lives of instances are about it. */
export function unfinishedRollout(folder: string): UnfinishedRollout | undefined {
  const files = RolloutFiles.newest(folder);
  if (files === undefined || ["finished", "abandoned"].includes(files.progress.state)) return undefined;
  const members = Object.entries(files.progress.members);
  return {
    to: files.plan.to,
    open: members.filter(([, { state }]) => !["done", "back", "passed"].includes(state)).map(([id]) => id),
  };
}

/**
 * Finds an instance, checks that something can be done to it, asks, and does it under the lock of the fleet.
 *
 * @param question what is asked, where nobody said yes beforehand; absent where nothing has to be asked
 */
export async function withInstance(
  given: string,
  verb: LifeVerb,
  options: LifeOptions,
  terminal: Terminal,
  question: ((instance: FleetInstance) => string) | undefined,
  work: (opened: OpenInstance) => Promise<void>,
): Promise<void> {
  // What is past its last day elsewhere is no reason to leave this one alone.
  const { open, unlock } = openLocked(options.fleet, terminal, { expired: false });
  try {
    const instance = instanceNamed(open.fleet.instances, given);
    checkLife(instance, verb, unfinishedRollout(open.folder));
    if (question !== undefined && options.yes !== true) {
      if (terminal.confirm === undefined)
        throw new InputError(
          [{ path: "yes", message: "is missing, and nobody can be asked; --yes does it" }],
          "nothing was done",
        );
      if (!(await terminal.confirm(question(instance)))) throw new PlainError("nothing was done");
    }
    await work({ open, instance, pulumi: await findPulumi(terminal, options.yes === true) });
  } finally {
    unlock();
  }
}

/** The stack of an instance that has to be deployed. */
export async function deployedStack({ open, instance, pulumi }: OpenInstance, terminal: Terminal): Promise<Stack> {
  try {
    return await openInstanceStack(open, instance, { terminal, pulumi });
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    throw new InputError(
      [{ path: instance.file, message: `is of ${instance.slug} (${instance.id}), of which nothing is deployed` }],
      "there is no instance",
    );
  }
}

/** Where the engine is asked about an instance. */
export function askedOf({ open, instance, pulumi }: OpenInstance, terminal: Terminal): StackAsked {
  const { id } = instance;
  return { pulumi, id, folder: workFolder(open, id), environment: fleetEnvironment(open, terminal) };
}

/** How the last try ended, by the mark it left; one that went well leaves none. */
export function earlierTryIn(mark: string): EarlierTry {
  if (!existsSync(mark)) return "none";
  return readFileSync(mark, "utf8").endsWith(" failed\n") ? "failed" : "killed";
}

/** Brings an instance to what its file says now, and mends first what an interrupted run of this left. */
async function bringUp(given: OpenInstance, file: string, terminal: Terminal): Promise<void> {
  const { folder } = given.open;
  const { id } = given.instance;
  const begun = path.join(folder, ".fleet", "life", id);
  const mark = (end: "" | " failed"): void =>
    writeFileSync(begun, `${userInfo().username} ${new Date().toISOString()}${end}\n`);
  const log = `${begun}.log`;
  const quiet: Terminal = {
    ...terminal,
    note: (line) => appendFileSync(log, `${new Date().toISOString()} ${line}\n`),
  };
  const stack = await deployedStack(given, terminal);
  const earlier = earlierTryIn(begun);
  mkdirSync(path.dirname(begun), { recursive: true });
  mark("");
  try {
    if (earlier !== "none") await mendStack(stack, askedOf(given, terminal), quiet, earlier);
    await runUp({ stack, place: { stack: id, folder, file, isTryOut: false } }, true, quiet);
  } catch (error) {
    mark(" failed");
    const message = error instanceof Error ? error.message : String(error);
    throw new PlainError(`${message}\nthe file says it already, and the same command goes on; its log is ${log}`);
  }
  rmSync(begun);
}

async function suspend(given: string, options: LifeOptions, terminal: Terminal): Promise<void> {
  const { reason } = options;
  const question = ({ slug, id }: FleetInstance): string =>
    `Stop ${slug} (${id})? Nobody can use it; its data is kept.`;
  await withInstance(given, "suspend", options, terminal, question, async (opened) => {
    await deployedStack(opened, terminal);
    const { slug, id, file } = opened.instance;
    const whole = path.join(opened.open.folder, file);
    editInstanceFile(whole, (document) => {
      document.setIn(["config", "suspended"], true);
      document.set("reason", reason);
    });
    await bringUp(opened, whole, terminal);
    if (options.json === true) printJson(terminal, { id, slug, state: "suspended", reason });
    else
      printText(
        terminal,
        `${slug} (${id}) stands still, with its data kept; sgbox fleet unsuspend ${slug} starts it again`,
      );
  });
}

async function unsuspend(given: string, options: LifeOptions, terminal: Terminal): Promise<void> {
  await withInstance(given, "unsuspend", options, terminal, undefined, async (opened) => {
    const { slug, id, file } = opened.instance;
    const whole = path.join(opened.open.folder, file);
    editInstanceFile(whole, (document) => {
      document.setIn(["config", "suspended"], false);
      document.delete("reason");
    });
    await bringUp(opened, whole, terminal);
    if (options.json === true) printJson(terminal, { id, slug, state: "active" });
    else printText(terminal, `${slug} (${id}) runs again; rollouts take it along from now on`);
  });
}

/** A verb about one instance, below `sgbox fleet`. */
export function ofInstance(command: Command, name: string, summary: string, examples: readonly string[]): Command {
  const made = command
    .command(name)
    .description(summary)
    .argument("<instance>", "id or slug of the instance")
    .option("--fleet <folder>", "folder of the fleet; default the current one");
  return withExamples(made, examples);
}

/** Defines `sgbox fleet suspend` and `sgbox fleet unsuspend`. */
export function defineSuspension(command: Command, terminal: Terminal): void {
  ofInstance(command, "suspend", "let an instance stand still, with its data and backups kept", [
    'sgbox fleet suspend acme --reason "unpaid since October"',
  ])
    .requiredOption("--reason <text>", "why; written into its file, and shown wherever it is left out")
    .option("--yes", "do not ask")
    .action((given: string, options: LifeOptions) => suspend(given, options, terminal));
  ofInstance(command, "unsuspend", "start an instance again that was suspended", ["sgbox fleet unsuspend acme"]).action(
    (given: string, options: LifeOptions) => unsuspend(given, options, terminal),
  );
}
