import { sizeForUsage } from "../sizing/usage";
import type { Fleet, FleetInstance, LifeState } from "./instance";
import type { RolloutProgress } from "./journal";
import type { KnownState } from "./known-state";
import { ageOf, type Age, type ReleaseAge } from "./release-age";
import type { RolloutPlan } from "./rollout-plan";
import { passedOver } from "./rollout-status";

/** What an instance's address answered when it was asked. */
export type Health =
  /** It answered as healthy. */
  | "healthy"
  /** It answered, but not as healthy. */
  | "sick"
  /** It did not answer in time. */
  | "silent"
  /** It has no address that could be asked. */
  | "no address";

/** What the last look for drift at each instance found. */
export interface KnownDrift {
  /** How many things differed, and when it was looked for, ISO 8601, by id; absent for those that never were looked at. */
  readonly instances: Readonly<Record<string, { readonly at: string; readonly differs: number }>>;
}

/** What is known of a fleet beyond its files. */
export interface FleetLook {
  /** What the backend knows of each instance, by id. */
  readonly states: Readonly<Record<string, KnownState>>;
  /** The day it is, e.g. `2026-11-22`. */
  readonly today: string;
  /** The newest rollout; absent where there never was one. */
  readonly rollout?: { readonly plan: RolloutPlan; readonly progress: RolloutProgress };
  /** What addresses answered, by id; absent where they were not asked. */
  readonly health?: Readonly<Record<string, Health>>;
  /** What looks for drift found; absent where there was none. */
  readonly drift?: KnownDrift;
  /** What each costs a month at list price when it is deployed, US dollars, by id; absent for those that have no price. */
  readonly monthly?: Readonly<Record<string, number>>;
}

/** One instance, as who looks at the whole fleet sees it. */
export interface InstanceStatus extends Partial<Pick<ReleaseAge, "minorsBehind" | "daysBehind">> {
  /** Opaque name. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** What it is for. */
  readonly type: string;
  /** Which rollouts it follows. */
  readonly channel: string;
  /** Where it runs. */
  readonly place: string;
  /** Size it is planned with; empty for shapes that have none. */
  readonly size: string;
  /** Release that runs. */
  readonly release?: string;
  /** Release its file says, where that is another. */
  readonly wanted?: string;
  /** How its release stands to the newest. */
  readonly age: Age;
  /** When it was last updated, ISO 8601. */
  readonly updatedAt?: string;
  /** Who changed it last. */
  readonly changedBy?: string;
  /** What its address answered; absent where it was not asked. */
  readonly health?: Health;
  /** How many things differed from the state when drift was last looked for, and when that was, ISO 8601. */
  readonly drift?: { readonly differs: number; readonly at: string };
  /** What it costs a month at list price, US dollars; absent where nothing is deployed. */
  readonly monthly?: number;
  /** What its life is at and why, where it is not simply active. */
  readonly life?: { readonly state: Exclude<LifeState, "active">; readonly reason?: string };
  /** Last day, where it has one. */
  readonly expires?: string;
  /** Whether that day is past. */
  readonly isExpired: boolean;
  /** Whether an update was interrupted and left operations open. */
  readonly interrupted: boolean;
  /** Wave of the newest rollout, and how far the instance is. */
  readonly rollout?: { readonly wave: string; readonly state: string; readonly message?: string };
  /** Why the newest rollout does not touch it; absent where it does, or was not asked to. */
  readonly passedOver?: string;
  /** Wave it is upgraded with next; absent where no rollout is under way that has it to do. */
  readonly nextWave?: string;
}

/** Size an instance is planned with. */
function sizeOf({ specification }: FleetInstance): string {
  if (!("size" in specification)) return "";
  return "named" in specification.size ? specification.size.named : sizeForUsage(specification.size.usage);
}

/** What the newest rollout says of an instance. */
function inRollout(
  id: string,
  waves: ReadonlyMap<string, string>,
  { rollout }: FleetLook,
): Pick<InstanceStatus, "rollout" | "nextWave"> {
  const [wave, member] = [waves.get(id), rollout?.progress.members[id]];
  if (rollout === undefined || wave === undefined || member === undefined) return {};
  const { state, message } = member;
  const isUnderWay = rollout.progress.state === "running" || rollout.progress.state === "stopped";
  return {
    rollout: { wave, state, ...(message === undefined ? {} : { message }) },
    ...(isUnderWay && ["open", "failed", "locked"].includes(state) ? { nextWave: wave } : {}),
  };
}

/** What the backend says of an instance. */
function deployment(
  { id, release: wanted }: FleetInstance,
  { states, today }: FleetLook,
): Pick<
  InstanceStatus,
  "release" | "wanted" | "age" | "minorsBehind" | "daysBehind" | "updatedAt" | "changedBy" | "interrupted"
> {
  const { release, updatedAt, pending = 0, lastChange } = states[id] ?? {};
  const at = lastChange?.at ?? updatedAt;
  return {
    ...(release === undefined ? { age: "absent" } : { release, ...ageOf(release, today) }),
    ...(release !== undefined && release !== wanted ? { wanted } : {}),
    ...(at === undefined ? {} : { updatedAt: at }),
    ...(lastChange?.by === undefined ? {} : { changedBy: lastChange.by }),
    interrupted: pending > 0,
  };
}

/** What a fleet looks like, an instance each. */
export function fleetStatus(fleet: Fleet, look: FleetLook): InstanceStatus[] {
  const { today, rollout, health, drift, monthly } = look;
  const waves = new Map(
    rollout?.plan.waves.flatMap(({ name, members }) => members.map(({ id }) => [id, name] as const)) ?? [],
  );
  const passed = new Map(
    rollout === undefined
      ? []
      : passedOver(rollout.plan, rollout.progress).map(({ id, reason }) => [id, reason] as const),
  );
  return fleet.instances.map((instance): InstanceStatus => {
    const over = passed.get(instance.id);
    const { id, slug, type, channel, state, reason, expires, specification } = instance;
    const deployed = deployment(instance, look);
    const found = drift?.instances[id];
    return {
      id,
      slug,
      type,
      channel,
      place: [specification.cloud, specification.region].filter((part) => part !== "").join(" "),
      size: sizeOf(instance),
      ...deployed,
      ...(health?.[id] === undefined ? {} : { health: health[id] }),
      ...(found === undefined ? {} : { drift: { differs: found.differs, at: found.at } }),
      ...(monthly?.[id] === undefined || deployed.age === "absent" ? {} : { monthly: monthly[id] }),
      ...(state === "active" ? {} : { life: { state, ...(reason === undefined ? {} : { reason }) } }),
      ...(expires === undefined ? {} : { expires }),
      isExpired: expires !== undefined && expires < today,
      ...inRollout(id, waves, look),
      ...(over === undefined ? {} : { passedOver: over }),
    };
  });
}

/** Whether somebody should look at an instance: something went wrong, is past, or is not as its state says. */
export function needsLook({ age, interrupted, isExpired, rollout, health, drift }: InstanceStatus): boolean {
  const isUnwell = health === "sick" || health === "silent";
  const hasFailed = rollout?.state === "failed" || rollout?.state === "locked";
  return age === "old" || interrupted || isExpired || hasFailed || isUnwell || (drift?.differs ?? 0) > 0;
}
