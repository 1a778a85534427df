import { createHash } from "node:crypto";
import { InputError, RefusedError, type Problem } from "../../errors";
import { compareReleases, findRelease, releases, unknownReleaseMessage } from "../../product/releases";
import { parseStack } from "../config/parse-stack";
import { filesNamed, requireKubernetes, requireVm } from "../config/specification";
import { upgradeRequest } from "../kubernetes/transition";
import { situationOf } from "../manifest";
import { planUpgrade } from "../upgrade/upgrade";
import type { HopKind, UpgradeSituation } from "../upgrade/upgrade-plan";
import type { Fleet, FleetInstance, MaintenanceWindow } from "./instance";
import { outOfRollouts } from "./life";
import { selected } from "./selector";
import { assign } from "./waves";

/** What is known of a deployed instance. */
export interface DeployedInstance {
  /** Release that runs; absent where nothing is deployed. */
  readonly release?: string;
}

/** What is done to an instance: one upgrade, its first deployment, or going back to the release before. */
export type MemberKind = HopKind | "first" | "rollback";

/** One instance of a rollout. */
export interface RolloutMember {
  /** Opaque name, also that of its stack. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** Release it runs; absent where nothing is deployed. */
  readonly from?: string;
  /** Release it gets, where that is another than the rollout's. */
  readonly to?: string;
  /** Kind of the one change it makes. */
  readonly kind: MemberKind;
  /** When it may begin; absent for any time. */
  readonly maintenance?: MaintenanceWindow;
}

/** One wave of a rollout. */
export interface RolloutWave {
  /** Its name. */
  readonly name: string;
  /** How long it is watched before the next begins, hours. */
  readonly soakHours: number;
  /** Whether a person has to let it begin: the wave says so, or an instance in it. */
  readonly pause: boolean;
  /** Instances of it upgraded at a time, where that is less than the rollout allows. */
  readonly parallel?: number;
  /** Its instances, in the order they begin. */
  readonly members: readonly RolloutMember[];
}

/** Why an instance is left out. */
export interface LeftOut {
  /** Opaque name. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** Why. */
  readonly reason: string;
}

/** Everything a rollout will do. JSON-serialisable; the same input gives the same plan. */
export interface RolloutPlan {
  /** Version of this form. */
  readonly schema: 1;
  /** SHA-256 over all that follows, lower-case hex: the same inputs give the same. */
  readonly digest: string;
  /** SHA-256 over the configs its instances are deployed with, encrypted values left out, lower-case hex. */
  readonly inputs: string;
  /** Name of the fleet. */
  readonly fleet: string;
  /** Release wanted. */
  readonly to: string;
  /** Which instances were asked for, as an expression; empty for all. */
  readonly select: string;
  /** Instances upgraded at a time. */
  readonly parallel: number;
  /** What has to hold to go on. */
  readonly gate: Fleet["settings"]["gate"];
  /** Ids that are acknowledged for all of them while they change. */
  readonly acknowledge: readonly string[];
  /** The rollout whose wave is rolled back, by the name of its files, and the release it brought; absent where nothing is. */
  readonly undoes?: { readonly rollout: string; readonly wave: string; readonly to: string };
  /** The waves, in order; without those nobody belongs to and nobody waits for. */
  readonly waves: readonly RolloutWave[];
  /** Instances that are not touched, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** What a rollout is asked for. */
export interface RolloutRequest {
  /** Release wanted. */
  readonly to: string;
  /** Which instances, as an expression; default all of those that can be asked for. */
  readonly select?: string;
  /** Instances upgraded at a time; at most what the fleet allows, which is the default. */
  readonly parallel?: number;
  /** Ids of manual steps that were taken for all of them. */
  readonly acknowledge?: readonly string[];
  /** The day it is, e.g. `2026-11-22`: whose last day is past is passed over. Default last days are not looked at. */
  readonly today?: string;
  /** Whether all of them are to run the release: the first deployment too, and a newer release refuses. Default false. */
  readonly deploys?: boolean;
}

/** What the planner has to know of an instance's deployment. */
export function situation({ specification }: FleetInstance): UpgradeSituation | undefined {
  switch (specification.shape) {
    case "vm": {
      const machine = requireVm(specification);
      return { ...situationOf(machine), acknowledge: machine.acknowledge };
    }
    case "kubernetes": {
      const { from: _from, to: _to, ...asked } = upgradeRequest("", requireKubernetes(specification));
      return asked;
    }
    default:
      return undefined;
  }
}

/** Plans of upgrades, each question asked once: a fleet has few different ones. */
class Upgrades {
  private readonly known = new Map<string, { readonly kind: HopKind } | Problem>();

  constructor(private readonly request: RolloutRequest) {}

  /** The one upgrade of an instance, or why it cannot be made. */
  of(instance: FleetInstance, from: string): { readonly kind: HopKind } | Problem {
    const asked = situation(instance);
    const path = instance.file;
    if (asked === undefined)
      return {
        path,
        message: `is of shape ${instance.specification.shape}, whose cells are upgraded one by one, not by a rollout`,
      };
    const acknowledge = [...(asked.acknowledge ?? []), ...(this.request.acknowledge ?? [])].sort();
    const key = JSON.stringify([from, { ...asked, acknowledge }]);
    const found = this.known.get(key) ?? this.plan(from, { ...asked, acknowledge });
    this.known.set(key, found);
    return "message" in found ? { path, message: found.message } : found;
  }

  private plan(from: string, asked: UpgradeSituation): { readonly kind: HopKind } | Problem {
    const { to } = this.request;
    try {
      const { hops, path, acknowledgementsNeeded } = planUpgrade({ from, to, ...asked });
      const [hop] = hops;
      if (hop === undefined) return { path: "", message: "is there already" };
      if (hops.length > 1)
        return {
          path: "",
          message: `runs ${from}, which cannot go to ${to} directly; roll out ${path.slice(1, -1).join(", then ")} to it first`,
        };
      if (acknowledgementsNeeded.length > 0)
        return {
          path: "",
          message: `runs ${from}, from which manual steps have to be taken first; see 'sgbox upgrade --from ${from} --to ${to}', then add to 'config.acknowledge' or --acknowledge: ${acknowledgementsNeeded.join(", ")}`,
        };
      return { kind: hop.kind };
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof InputError)) throw error;
      return { path: "", message: error.problems.map(({ message }) => message).join("; ") };
    }
  }
}

/** Whom a sound request means. `sgbox deploy` brings a release *to* those it means, a rollout those it means *to* a release. */
function askedFor(
  fleet: Fleet,
  deployed: Readonly<Record<string, DeployedInstance>>,
  { to, parallel, select, deploys = false }: RolloutRequest,
): FleetInstance[] {
  const problems: Problem[] = [];
  let chosen: FleetInstance[] = [];
  try {
    chosen = selected(fleet, select, deployed, deploys ? "to" : "select");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
  }
  if (findRelease(to) === undefined)
    problems.push({
      path: deploys ? "release" : "to",
      message: unknownReleaseMessage(
        to,
        releases.map(({ version }) => version),
      ),
    });
  const { parallel: most } = fleet.settings;
  if (parallel !== undefined && (!Number.isInteger(parallel) || parallel < 1 || parallel > most))
    problems.push({
      path: "parallel",
      message: `must be a whole number from 1 to ${most}, which is what fleet.yaml allows, got ${parallel}`,
    });
  if (problems.length > 0) throw new InputError(problems, "the rollout cannot be planned");
  return chosen;
}

/** Why an instance that was asked for is not part of it; undefined when it is. */
function reasonToLeave(
  instance: FleetInstance,
  running: string | undefined,
  { to, deploys = false, today }: RolloutRequest,
): string | undefined {
  const out = outOfRollouts(instance, today);
  if (out !== undefined) return out;
  if (instance.channel === "pause") return "its channel is pause";
  if (running === undefined) return deploys ? undefined : "nothing is deployed";
  const order = compareReleases(running, to);
  if (order === 0) return `runs ${to} already`;
  return order > 0 && !deploys ? `runs ${running}, which is newer` : undefined;
}

/** Whether configs can be deployed at a release, each question asked once: a fleet has few different ones. */
class Configs {
  private readonly known = new Map<string, readonly Problem[]>();

  constructor(
    private readonly fleet: Fleet,
    private readonly to: string,
  ) {}

  /** Why the config of an instance cannot be deployed. */
  problemsOf({ file, config }: FleetInstance): Problem[] {
    // Names and tags are those of the instance, and are the same at every release.
    const asked = { ...config, release: this.to };
    const key = JSON.stringify({ ...asked, name: "", tags: {} });
    const found = this.known.get(key) ?? this.check(asked);
    this.known.set(key, found);
    return found.map(({ path, message }) => ({
      path: path === "release" ? file : `${file}: config.${path}`,
      message: path === "release" ? `cannot run ${this.to}: ${message}` : message,
    }));
  }

  private check(config: Record<string, unknown>): readonly Problem[] {
    try {
      parseStack(config, this.fleet.files);
      return [];
    } catch (error) {
      if (!(error instanceof RefusedError || error instanceof InputError)) throw error;
      return error.problems;
    }
  }
}

/** What is done to an instance, or why it cannot be. */
function changeOf(
  instance: FleetInstance,
  from: string | undefined,
  to: string,
  { upgrades, configs }: { readonly upgrades: Upgrades; readonly configs: Configs },
): { readonly kind: MemberKind } | readonly Problem[] {
  const { file, specification } = instance;
  if (specification.shape === "admin") return [{ path: file, message: "is of shape admin, which has no release" }];
  if (from === undefined) {
    const problems = configs.problemsOf(instance);
    return problems.length > 0 ? problems : { kind: "first" };
  }
  if (compareReleases(from, to) > 0)
    return [
      {
        path: file,
        message: `runs ${from}, which is newer than ${to}; 'sgbox fleet rollback' goes back where that is possible`,
      },
    ];
  const upgrade = upgrades.of(instance, from);
  const problems = [...("message" in upgrade ? [upgrade] : []), ...configs.problemsOf(instance)];
  return "kind" in upgrade && problems.length === 0 ? upgrade : problems;
}

/**
 * SHA-256 of what the stacks of instances are made from: configs and the files they name, encrypted values left out.
 *
 * @param release release they are to run; default the one each file says
 */
export function inputsOf({ files }: Fleet, instances: readonly FleetInstance[], release?: string): string {
  const hash = createHash("sha256");
  for (const { config } of instances) {
    const texts = filesNamed(config).map((name) => files[name] ?? "");
    hash.update(JSON.stringify([release === undefined ? config : { ...config, release }, texts]));
  }
  return hash.digest("hex");
}

/** A plan with its digest. */
export function withDigest(body: Omit<RolloutPlan, "schema" | "digest">): RolloutPlan {
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  return { schema: 1, digest, ...body };
}

/**
 * Plans a rollout: who is upgraded when, and who is not and why. Nothing is begun.
 *
 * @param deployed what each of them runs, by id; where nothing is known, the release its file says counts for the selection
 * @param among the instances that can be asked for; default the whole fleet
 * @throws InputError when the request cannot be met by anybody
 * @throws RefusedError when an instance cannot take this upgrade, with all of them
 */
export function planRollout(
  fleet: Fleet,
  deployed: Readonly<Record<string, DeployedInstance>>,
  request: RolloutRequest,
  among?: readonly FleetInstance[],
): RolloutPlan {
  const chosen = askedFor(fleet, deployed, request).filter((each) => among?.includes(each) ?? true);
  const { to, select = "", parallel = fleet.settings.parallel, acknowledge = [] } = request;
  const leftOut: LeftOut[] = [];
  const refused: Problem[] = [];
  const members = new Map<FleetInstance, RolloutMember>();
  const running: Record<string, string> = {};
  const upgrades = new Upgrades(request);
  const configs = new Configs(fleet, to);
  for (const instance of chosen) {
    const { id, slug, maintenance } = instance;
    const from = deployed[id]?.release;
    const reason = reasonToLeave(instance, from, request);
    if (reason !== undefined) {
      leftOut.push({ id, slug, reason });
      continue;
    }
    if (from !== undefined) running[id] = from;
    const change = changeOf(instance, from, to, { upgrades, configs });
    if ("kind" in change)
      members.set(instance, {
        id,
        slug,
        ...(from === undefined ? {} : { from }),
        kind: change.kind,
        ...(maintenance === undefined || from === undefined ? {} : { maintenance }),
      });
    else refused.push(...change);
  }
  if (refused.length > 0) throw new RefusedError(refused, `the rollout of ${to} is refused, and nothing was begun`);
  const { waves, left } = assign(fleet, [...members.keys()], running, to);
  leftOut.push(...left.map(({ id, slug }) => ({ id, slug, reason: "no wave of fleet.yaml takes it" })));
  const planned = waves.map(({ wave, instances }): RolloutWave => ({
    name: wave.name,
    soakHours: wave.soakHours,
    pause: wave.pause || instances.some((instance) => instance.pause),
    ...(wave.parallel === undefined || wave.parallel >= parallel ? {} : { parallel: wave.parallel }),
    members: instances.flatMap((instance) => members.get(instance) ?? []),
  }));
  const isLast = (index: number) => planned.slice(index + 1).every((wave) => wave.members.length === 0);
  return withDigest({
    inputs: inputsOf(fleet, [...members.keys()], to),
    fleet: fleet.settings.name,
    to,
    select,
    parallel,
    gate: fleet.settings.gate,
    acknowledge: [...acknowledge].sort(),
    // A pause after which nobody comes keeps people waiting for nothing.
    waves: planned.filter((wave, index) => wave.members.length > 0 || (wave.pause && !isLast(index))),
    leftOut,
  });
}
