import {
  LocalWorkspace,
  StackNotFoundError,
  type OutputMap,
  type PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation";
import { InputError } from "../../components/core/errors";
import { planKubernetes } from "../../components/core/planning/kubernetes/plan";
import { planVm } from "../../components/core/planning/vm/plan";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import { accountType } from "../../components/core/planning/environment/names";
import { parseStack, type StackSpecification } from "../../components/core/planning/config/parse-stack";
import { refuseExpired } from "../../components/core/planning/replica/expiry";
import { followLike } from "../../components/core/planning/replica/like";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { refuseTaken, wantedAccount, type WantedAccount } from "../environment/taken-emails";
import { readStackFile } from "../stack-file";
import type { Terminal } from "../terminal";
import { engineEnvironment } from "./home";
import { findStack, type StackPlace } from "./place";
import { engineError } from "./program-error";
import { Progress } from "./progress";
import { findPulumi } from "./pulumi-command";
import { exportState } from "./stack-state";

/** A stack with the engine that works on it. */
export interface OpenStack {
  readonly place: StackPlace;
  readonly stack: Stack;
}

/** Options every verb of the engine has. */
export interface EngineOptions {
  readonly stack?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Decides what a specification gives, so that what cannot be is said before the engine starts. */
function planOf(specification: StackSpecification): void {
  switch (specification.shape) {
    case "vm":
      planVm(specification);
      return;
    case "kubernetes":
      planKubernetes(specification);
      return;
    case "admin":
      planAdmin(specification);
      return;
    case "multi-tenant":
      planMultiTenant(specification);
  }
}

/** Whether the state of a stack has an account of AWS already; nothing is made where there is no stack. */
async function hasAccount(
  { stack: id, folder }: StackPlace,
  {
    pulumiCommand: pulumi,
    envVars: environment,
  }: { readonly pulumiCommand: PulumiCommand; readonly envVars: Record<string, string> },
): Promise<boolean> {
  try {
    await LocalWorkspace.selectStack(
      { stackName: id, workDir: folder },
      { pulumiCommand: pulumi, envVars: environment },
    );
  } catch (error) {
    if (error instanceof StackNotFoundError) return false;
    throw engineError([], error);
  }
  const { deployment } = await exportState({ pulumi, folder, environment, id });
  return deployment.resources?.some(({ type }) => type === accountType) === true;
}

/**
 * Opens the stack a verb is given. Its configuration is checked first, so that what is wrong is said at once.
 * @param missing what to do when the stack is not there yet: make it, or say that nothing is deployed
 * @throws InputError when there is no such stack or its configuration is wrong
 * @throws RefusedError when it would make an account of AWS whose address is taken
 */
export async function openStack(
  options: EngineOptions,
  missing: "create" | "refuse",
  terminal: Terminal,
): Promise<OpenStack> {
  const place = findStack(options.stack, terminal, missing === "create");
  let account: WantedAccount | undefined;
  if (missing === "create") {
    planOf(specificationOf(place, terminal));
    const read = readStackFile(place.file, terminal);
    const { config } = followLike(read.config, read.files);
    refuseExpired(config, terminal.today);
    account = wantedAccount(config, typeof config["name"] === "string" ? config["name"] : place.stack, "");
  }
  const pulumiCommand = await findPulumi(terminal, options.yes === true);
  const workspace = { pulumiCommand, envVars: engineEnvironment(terminal) };
  const args = { stackName: place.stack, workDir: place.folder };
  if (account !== undefined && !(await hasAccount(place, workspace))) await refuseTaken([account], terminal);
  try {
    const stack =
      missing === "create"
        ? await LocalWorkspace.createOrSelectStack(args, workspace)
        : await LocalWorkspace.selectStack(args, workspace);
    return { place, stack };
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw engineError([], error);
    throw new InputError(
      [{ path: "stack", message: `is "${place.stack}", which is not deployed; sgbox up makes it` }],
      "the stack cannot be found",
    );
  }
}

/**
 * The specification of a stack.
 * @throws InputError when its configuration is wrong
 */
export function specificationOf(place: StackPlace, terminal: Terminal): StackSpecification {
  const { config, files } = readStackFile(place.file, terminal);
  return parseStack(config, files);
}

/** Runs the engine, telling its progress unless it is to be quiet, and turns what the program or the engine reports into errors. */
export async function follow<Result>(
  kind: "planned" | "done",
  terminal: Terminal,
  run: (progress: Progress) => Promise<Result>,
  isQuiet = false,
): Promise<{ readonly progress: Progress; readonly result: Result }> {
  const progress = new Progress(terminal, kind, isQuiet);
  try {
    return { progress, result: await run(progress) };
  } catch (error) {
    throw engineError(progress.errors, error);
  }
}

/** The outputs of a stack as plain values; secret ones are named, not shown. */
export function plainOutputs(outputs: OutputMap): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value, secret }]) => [name, secret ? "[secret]" : (value as unknown)]),
  );
}
