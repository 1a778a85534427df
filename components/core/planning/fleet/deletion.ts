import { createHash } from "node:crypto";
import { InputError, RefusedError, type Problem } from "../../errors";
import { backupByHand } from "./backup-notes";
import {
  clustersInOwnNetwork,
  environmentOf,
  gkeType,
  heldOf,
  isEnvironment,
  isReal,
  thingOf,
  workloadOf,
  type StateResource,
  type Thing,
} from "./deletion-state";
import type { FleetInstance } from "./instance";

/** The steps of a deletion, in the one order there is: backups before the cluster, endpoint groups before the network. */
export const deletionSteps = [
  "final-backup",
  "protection-off",
  "workload-away",
  "copies-away",
  "endpoint-groups-away",
  "resources-away",
  "data-away",
  "environment-away",
  "stack-away",
  "file-away",
] as const;

/** A step of a deletion. */
export type DeletionStepName = (typeof deletionSteps)[number];

/** What is deployed of an instance, as its stack says. */
export interface DeployedStack {
  /** Its resources. */
  readonly resources: readonly StateResource[];
  /** Whether its machine is there and can be ordered to make a backup. */
  readonly hasMachine: boolean;
  /** Names of what holds data, from its manifest. */
  readonly data: readonly string[];
}

/** What is asked for. */
export interface DeletionRequest {
  /** Whether data that is protected goes, too; of production only after a run that kept it. Default false, true for replicas. */
  readonly dropData?: boolean;
  /** Whether a backup is made first; default true, false for replicas. */
  readonly backup?: boolean;
  /** Whether the account or project is closed; default false, which keeps it. */
  readonly closeEnvironment?: boolean;
  /** Slug as a person has typed it; needed for production, and never that of another. */
  readonly confirm?: string;
}

/** What earlier runs of a deletion did. */
export interface DeletionHistory {
  /** When each step was last done, ISO 8601, UTC. */
  readonly done: ReadonlyMap<DeletionStepName, string>;
  /** Whether a run ended with the data kept, so that somebody had time to think. */
  readonly keptData: boolean;
}

/** One step of a plan. */
export interface DeletionStep {
  /** Which. */
  readonly name: DeletionStepName;
  /** What it does, or why there is nothing to do. */
  readonly what: string;
  /** `done` by an earlier run; `nothing` to do; `later`, after somebody has said that the data may go. */
  readonly state: "open" | "done" | "nothing" | "later";
}

/** Everything a deletion will do. */
export interface DeletionPlan {
  /** Version of this form. */
  readonly schema: 1;
  /** SHA-256 over all that follows, lower-case hex. */
  readonly digest: string;
  /** Opaque name of the instance. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** What it was for. */
  readonly type: FleetInstance["type"];
  /** The steps, in order. */
  readonly steps: readonly DeletionStep[];
  /** What holds data and is protected, and what opens it. */
  readonly held: readonly Thing[];
}

/** Type of the backup plan of a cluster, whose backups go one by one. */
export const backupPlanType = "gcp:gkebackup/backupPlan:BackupPlan";

/** Hours a last backup is good for while the machine still runs, and may be written to. */
const backupHours = 24;

/**
 * When an earlier run did a step that cannot be seen in the state of the stack; undefined where it has to be done. What was done
 * before the instance was taken out of its deletion again does not count, and an old backup of a machine that still runs neither.
 */
function remembered(
  name: DeletionStepName,
  { state }: FleetInstance,
  { hasMachine }: DeployedStack,
  { done }: DeletionHistory,
  now: Date,
): string | undefined {
  const at = done.get(name);
  if (at === undefined || state !== "leaving") return undefined;
  if (name === "protection-off") return at;
  if (name !== "final-backup") return undefined;
  return !hasMachine || now.getTime() - Date.parse(at) < backupHours * 3_600_000 ? at : undefined;
}

type Decided = Omit<DeletionStep, "name">;

const open = (what: string): Decided => ({ what, state: "open" });
const nothing = (what: string): Decided => ({ what, state: "nothing" });

/** Whether data that is protected goes, too. */
export function dropsData({ type }: FleetInstance, { dropData }: DeletionRequest): boolean {
  return dropData ?? type === "replica";
}

function backupStep(
  { type }: FleetInstance,
  { data, hasMachine, resources }: DeployedStack,
  backs: boolean,
): Decided | "impossible" {
  if (!backs) return nothing(type === "replica" ? "its data is made up" : "nobody wants one");
  if (data.length === 0 && heldOf(resources).length === 0) return nothing("it holds no data");
  return hasMachine ? open("its machine dumps the databases, beside the daily ones") : "impossible";
}

function decisions(
  instance: FleetInstance,
  deployed: DeployedStack,
  request: DeletionRequest,
): Readonly<Record<DeletionStepName, Decided | "impossible">> {
  const drops = dropsData(instance, request);
  const backs = request.backup ?? instance.type !== "replica";
  const { resources } = deployed;
  const held = heldOf(resources);
  const has = (type: string) => resources.some((each) => each.type === type);
  const workload = workloadOf(resources);
  const { shape, cloud } = instance.specification;
  const guarded = instance.config["deletionProtection"] === true && (cloud === "aws" || cloud === "gcp");
  const waits = held.length > 0 && !drops;
  const after = (decided: Decided): Decided =>
    waits ? { what: `${decided.what}, once --drop-data has let the data go`, state: "later" } : decided;
  const ofEnvironment = environmentOf(resources);
  const ids = resources.filter(isEnvironment).map((each) => thingOf(each).id);
  const environment = ids.length > 0 ? ids.join(", ") : "what is left of its account or project";
  const own = resources.filter((each) => isReal(each) && each.protect !== true && !ofEnvironment.has(each.urn));
  return {
    "final-backup": backupStep(instance, deployed, backs),
    "protection-off":
      guarded && own.length > 0 ? open("the cloud stops guarding it") : nothing("the cloud does not guard it"),
    "workload-away":
      workload.length > 0
        ? open(
            `${workload.length} objects of the cluster that run or lead there are deleted while the cluster is there`,
          )
        : nothing(shape === "kubernetes" ? "nothing runs on the cluster" : "the machine goes with the rest"),
    "copies-away": !has(backupPlanType)
      ? nothing("no cluster has backups")
      : after(open("the backups of the cluster are deleted one by one, before it")),
    "endpoint-groups-away":
      clustersInOwnNetwork(resources).length > 0
        ? open("endpoint groups that the cluster left are deleted, before its network")
        : nothing(
            has(gkeType) ? "its cluster is in a network of others, which stays" : "no cluster makes endpoint groups",
          ),
    "resources-away":
      own.length > 0
        ? open(`${own.length} resources are deleted, all that nothing protected needs`)
        : nothing("nothing but what is protected is there"),
    "data-away":
      held.length > 0
        ? after(open(`${held.length} protected resources are deleted for good`))
        : nothing("nothing is protected"),
    "environment-away":
      ofEnvironment.size === 0
        ? nothing("it lives in no account or project of its own")
        : request.closeEnvironment === true
          ? after(open(`${environment} is closed`))
          : nothing(`${environment} is kept; --close-environment closes it`),
    "stack-away":
      resources.length > 0 ? after(open("its stack is taken out of the backend")) : nothing("there is no stack"),
    "file-away": after(open(`${instance.file} goes to instances/gone/, with the evidence and how long copies last`)),
  };
}

/**
 * Plans the deletion of an instance: the steps in their order, and which are done, open, or wait for somebody to let the data go.
 *
 * @param deployed what its stack says; without resources where nothing is deployed
 * @param history what earlier runs have done
 * @param now the time
 * @throws InputError when production is not confirmed or its data was not kept first, or a backup is wanted that nothing can make
 */
export function planDeletion(
  instance: FleetInstance,
  deployed: DeployedStack,
  request: DeletionRequest,
  history: DeletionHistory,
  now: Date,
): DeletionPlan {
  const { id, slug, type } = instance;
  const decided = decisions(instance, deployed, request);
  const problems: Problem[] = [];
  if (type === "production" && request.confirm !== slug)
    problems.push({
      path: "confirm",
      message:
        request.confirm === undefined
          ? `is missing; ${slug} is production, so type its slug: --confirm ${slug}`
          : `is "${request.confirm}", and the slug is ${slug}; nothing else than it deletes production`,
    });
  else if (request.confirm !== undefined && request.confirm !== slug)
    problems.push({ path: "confirm", message: `is "${request.confirm}", and the slug is ${slug}; it names another` });
  const wasKept = history.keptData && instance.state === "leaving";
  if (type === "production" && request.dropData === true && heldOf(deployed.resources).length > 0 && !wasKept)
    problems.push({
      path: "dropData",
      message: `comes too early: ${slug} is production, whose data goes by a second command, so that there is time between the two; run it without --drop-data first`,
    });
  const dying = deathsOfEnvironment(deployed.resources);
  if (request.closeEnvironment === true && !dropsData(instance, request) && dying.length > 0)
    problems.push({
      path: "dropData",
      message: `is missing; ${dying.join(", ")} are let go of by environment.close, and go with the account or project that is closed: give --drop-data, too`,
    });
  const isSuspended = instance.config["suspended"] === true;
  const doneAt = (name: DeletionStepName): string | undefined => remembered(name, instance, deployed, history, now);
  const isBackedUp = doneAt("final-backup") !== undefined;
  if (decided["final-backup"] === "impossible" && !isBackedUp)
    problems.push({
      path: "backup",
      message: `cannot be made: ${id} holds data (${dataNames(deployed).join(", ")}), and has no machine that takes orders; ${byHand(instance)}, then give --no-backup`,
    });
  else if (isSuspended && isOpen(decided["final-backup"]) && !isBackedUp)
    problems.push({
      path: "backup",
      message: `cannot be made: ${id} stands still; start it by 'sgbox fleet unsuspend ${slug}', or give --no-backup when its last snapshot is enough`,
    });
  if (problems.length > 0) throw new InputError(problems, `${slug} (${id}) cannot be deleted`);
  const steps = deletionSteps.map((name): DeletionStep => {
    const step = decided[name];
    const at = doneAt(name);
    if (step === "impossible" || at !== undefined)
      return { name, what: `an earlier run did it at ${at ?? ""}`, state: "done" };
    return { name, ...step };
  });
  const body = { id, slug, type, steps, held: heldOf(deployed.resources).map(thingOf) };
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  return { schema: 1, digest, ...body };
}

/** Names of what is not held, stays when its stack goes, and dies with the account or project it is in. */
function deathsOfEnvironment(resources: readonly StateResource[]): string[] {
  const environment = environmentOf(resources);
  if (environment.size === 0) return [];
  return resources
    .filter(({ urn, protect, retainOnDelete }) => retainOnDelete === true && protect !== true && !environment.has(urn))
    .map((each) => thingOf(each).name);
}

/** How somebody backs an instance up that no order reaches. */
function byHand({ specification }: FleetInstance): string {
  const commands = specification.shape === "kubernetes" ? backupByHand(specification) : [];
  return commands.length === 0
    ? "back it up as docs/backup.md says"
    : `dump its databases by hand to where they are to be kept (${commands.map((command) => `'${command}'`).join(", ")})`;
}

/** Names of what holds data: of the manifest, or of what is held where that names none. */
function dataNames({ data, resources }: DeployedStack): readonly string[] {
  return data.length > 0 ? data : heldOf(resources).map((each) => thingOf(each).name);
}

function isOpen(step: Decided | "impossible"): boolean {
  return step !== "impossible" && step.state === "open";
}

/** Whether a deletion ends with the data kept, and somebody has to let it go. */
export function keepsData({ steps }: DeletionPlan): boolean {
  return steps.some(({ name, state }) => name === "data-away" && state === "later");
}

/**
 * The instances whose last day is past and which go by themselves. Production never does.
 *
 * @param today the day it is, e.g. `2026-11-22`
 * @param named ids or slugs that were asked for; empty for all that are past
 * @throws RefusedError when one was asked for that stays
 */
export function expiredInstances(
  instances: readonly FleetInstance[],
  today: string,
  named: readonly string[] = [],
): FleetInstance[] {
  const whyNot = ({ type, expires, state }: FleetInstance): string | undefined => {
    if (expires === undefined) return "has no last day";
    if (expires >= today) return `lives until the end of ${expires}, and today is ${today}`;
    if (type === "production") return "is production, which is deleted by 'sgbox fleet delete' only";
    return state === "extracted"
      ? "is in the hands of a person; 'sgbox fleet take-back' takes it back first"
      : undefined;
  };
  const meant =
    named.length === 0 ? instances : instances.filter(({ id, slug }) => named.includes(id) || named.includes(slug));
  const unknown = named.filter((name) => !instances.some(({ id, slug }) => id === name || slug === name));
  const problems = [
    ...unknown.map((name) => ({
      path: "instances",
      message: `has "${name}", which is neither the id nor the slug of an instance`,
    })),
    ...(named.length === 0
      ? []
      : meant.flatMap((instance): Problem[] => {
          const reason = whyNot(instance);
          return reason === undefined ? [] : [{ path: instance.file, message: `${reason}; it is not reaped` }];
        })),
  ];
  if (problems.length > 0) throw new RefusedError(problems, "refused, because only what has expired is reaped");
  return meant.filter((instance) => whyNot(instance) === undefined);
}
