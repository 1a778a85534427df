import { InputError, RefusedError, type Problem } from "../../errors";
import { compareReleases } from "../../product/releases";
import { noRollbackBecause, rollbackId } from "../upgrade/rollback";
import type { Fleet, FleetInstance } from "./instance";
import type { MemberProgress, RolloutProgress } from "./journal";
import type { KnownState } from "./known-state";
import { outOfRollouts } from "./life";
import {
  situation,
  withDigest,
  type LeftOut,
  type RolloutMember,
  type RolloutPlan,
  type RolloutWave,
} from "./rollout-plan";

/** A rollout that was made, or begun. */
export interface MadeRollout {
  /** Name of its files. */
  readonly name: string;
  /** What was to be done. */
  readonly plan: RolloutPlan;
  /** How far it came. */
  readonly progress: RolloutProgress;
}

/** What a rollback of a wave is asked with. */
export interface RollbackRequest {
  /** Name of the wave; default the one that began last. */
  readonly wave?: string;
  /** The day it is, e.g. `2026-11-22`: whose last day is past stays. Default last days are not looked at. */
  readonly today?: string;
  /** Stack file of an instance, for the commands that bring its data back. */
  readonly stackFileOf: (id: string) => string;
}

/** The wave to roll back. */
function waveOf({ plan, progress }: MadeRollout, name: string | undefined): RolloutWave {
  const hasBegun = (wave: RolloutWave) => ["running", "done"].includes(progress.waves[wave.name]?.state ?? "");
  if (name === undefined) {
    const last = plan.waves.findLast(hasBegun);
    if (last !== undefined) return last;
    throw new RefusedError(
      [{ path: "wave", message: `is missing, and no wave of the rollout of ${plan.to} has begun` }],
      "the rollback is refused, and nothing was begun",
    );
  }
  const found = plan.waves.find((wave) => wave.name === name);
  if (found === undefined)
    throw new InputError(
      [
        {
          path: "wave",
          message: `is "${name}", which the rollout of ${plan.to} has not; its waves are ${plan.waves.map((wave) => wave.name).join(", ")}`,
        },
      ],
      "the rollback cannot be planned",
    );
  if (!hasBegun(found))
    throw new RefusedError(
      [{ path: "wave", message: `is "${name}", which has not begun; nothing of it could go back` }],
      "the rollback is refused, and nothing was begun",
    );
  return found;
}

/** Nobody goes back while anybody is in the midst of an upgrade. */
function refuseUnderWay({ progress }: MadeRollout): void {
  const running = Object.entries(progress.members).filter(([, { state }]) => state === "running");
  const problems = running.map(([id]): Problem => ({
    path: id,
    message: "is in the midst of its upgrade; 'sgbox fleet resume' ends that first",
  }));
  if (problems.length > 0) throw new RefusedError(problems, "the rollback is refused, and nothing was begun");
}

/** Whether an instance can go back, or why not. */
function wayOf(
  instance: FleetInstance | undefined,
  { from, kind }: RolloutMember,
  { state, step }: MemberProgress,
  known: KnownState | undefined,
  to: string,
  stackFile: string,
): { readonly release: string } | { readonly reason: string } {
  if (instance === undefined) return { reason: "its file is gone" };
  if (state === "passed") return { reason: "it was passed over" };
  if (state === "open") return { reason: "it was not begun" };
  const isBroken = state === "failed" || state === "locked";
  if (isBroken && step === "check") return { reason: "nothing of it was changed, since its check failed" };
  if (from === undefined || kind === "first")
    return { reason: "it was deployed by this rollout, so there is no release before" };
  const release = known?.release;
  if (release === undefined) return { reason: "nothing is deployed" };
  // An update that failed before the release changed: its file goes back, and what it had begun.
  if (release === from && isBroken) return { release: from };
  if (release === from) return { reason: `runs ${from} already` };
  const because =
    release === to
      ? noRollbackBecause({ ...known, release }, from, situation(instance) ?? {})
      : `it was changed since by another way than this rollout, which brought it to ${to}`;
  if (because === undefined) return { release: from };
  return {
    reason: `runs ${release}; ${because}; its data of ${from} come back by 'sgbox restore --stack ${stackFile} --from BACKUP', and 'sgbox backup list --stack ${stackFile}' lists what there is`,
  };
}

/**
 * Plans to roll back one wave of a rollout: whoever can start the release before on the same data goes back to it, and nobody
 * else is touched. Nothing is begun.
 *
 * @param states what is known of each instance, by id
 * @throws InputError when there is no such wave
 * @throws RefusedError when something of the rollout is under way, or nobody can go back, with everybody's reason
 */
export function planRollback(
  fleet: Fleet,
  made: MadeRollout,
  states: Readonly<Record<string, KnownState>>,
  { wave: name, stackFileOf, today }: RollbackRequest,
): RolloutPlan {
  refuseUnderWay(made);
  const { plan, progress } = made;
  const wave = waveOf(made, name);
  const instances = new Map(fleet.instances.map((instance) => [instance.id, instance]));
  const leftOut: LeftOut[] = [];
  const members: (RolloutMember & { readonly to: string })[] = [];
  for (const member of wave.members) {
    const { id, slug } = member;
    const at = progress.members[id] ?? { state: "open", done: [], tries: 0 };
    const instance = instances.get(id);
    const out = instance === undefined ? undefined : outOfRollouts(instance, today);
    const way = out === undefined ? wayOf(instance, member, at, states[id], plan.to, stackFileOf(id)) : { reason: out };
    if ("reason" in way) leftOut.push({ id, slug, reason: way.reason });
    else members.push({ id, slug, from: plan.to, to: way.release, kind: "rollback" });
  }
  const newest = members
    .map(({ to }) => to)
    .sort(compareReleases)
    .at(-1);
  if (newest === undefined)
    throw new RefusedError(
      leftOut.map(({ id, slug, reason }) => ({ path: `${slug} (${id})`, message: reason })),
      "the rollback is refused, and nothing was begun",
    );
  return withDigest({
    inputs: plan.inputs,
    fleet: plan.fleet,
    to: newest,
    select: plan.select,
    parallel: plan.parallel,
    gate: plan.gate,
    acknowledge: [rollbackId],
    undoes: { rollout: made.name, wave: wave.name, to: plan.to },
    waves: [{ name: wave.name, soakHours: 0, pause: false, members }],
    leftOut,
  });
}
