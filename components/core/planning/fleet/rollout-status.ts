import type { MemberProgress, RolloutProgress, WaveProgress } from "./journal";
import type { LeftOut, RolloutPlan } from "./rollout-plan";

/** One wave of a rollout, as who looks at it sees it. */
export interface WaveStatus {
  /** Its name. */
  readonly name: string;
  /** How far it is. */
  readonly state: WaveProgress["state"];
  /** When that changed last, ISO 8601; absent before it began. */
  readonly at?: string;
  /** Its instances, in the order they begin. */
  readonly members: readonly { readonly id: string; readonly slug: string; readonly state: MemberProgress["state"] }[];
}

/** A rollout, as who looks at it sees it. */
export interface RolloutStatus {
  /** Release wanted. */
  readonly to: string;
  /** SHA-256 of its plan, lower-case hex. */
  readonly digest: string;
  /** State of the whole. */
  readonly state: RolloutProgress["state"];
  /** Why it stands still. */
  readonly reason?: string;
  /** When it began, ISO 8601. */
  readonly since?: string;
  /** When anything happened last, ISO 8601. */
  readonly at?: string;
  /** Its waves, in order. */
  readonly waves: readonly WaveStatus[];
  /** Instances that were asked for and are not touched, by the plan or since, with the reasons; absent where there are none. */
  readonly passedOver?: readonly LeftOut[];
  /** The wave that begins next; absent when all have begun, or nothing goes on. */
  readonly next?: {
    readonly wave: string;
    /** Whether a person has to let it begin. */
    readonly asks: boolean;
    /** When the wave before has been watched long enough, ISO 8601; absent while it is not over. */
    readonly from?: string;
  };
}

const millisecondsAnHour = 3_600_000;

function nextWave({ waves }: RolloutPlan, progress: RolloutProgress): RolloutStatus["next"] {
  if (progress.state !== "running" && progress.state !== "stopped") return undefined;
  const stateOf = (name: string) => progress.waves[name]?.state ?? "open";
  const index = waves.findIndex(({ name }) => !["done", "running"].includes(stateOf(name)));
  const [wave, before] = [waves[index], waves[index - 1]];
  if (wave === undefined) return undefined;
  const ended = before === undefined || stateOf(before.name) !== "done" ? undefined : progress.waves[before.name]?.at;
  return {
    wave: wave.name,
    asks: wave.pause && stateOf(wave.name) !== "allowed",
    ...(before === undefined || ended === undefined
      ? {}
      : { from: new Date(Date.parse(ended) + before.soakHours * millisecondsAnHour).toISOString() }),
  };
}

/** Instances that were asked for and are not touched: left out by the plan, or passed over since. */
export function passedOver({ waves, leftOut }: RolloutPlan, { members }: RolloutProgress): LeftOut[] {
  const since = waves.flatMap((wave) =>
    wave.members.flatMap(({ id, slug }): LeftOut[] => {
      const { state, message = "" } = members[id] ?? {};
      return state === "passed" ? [{ id, slug, reason: message }] : [];
    }),
  );
  return [...leftOut, ...since.sort((a, b) => (a.id < b.id ? -1 : 1))];
}

/** How far a rollout is, wave by wave, and what comes next. */
export function rolloutStatus(plan: RolloutPlan, progress: RolloutProgress): RolloutStatus {
  const { state, reason, since, at } = progress;
  const next = nextWave(plan, progress);
  const passed = passedOver(plan, progress);
  return {
    to: plan.to,
    digest: plan.digest,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
    waves: plan.waves.map(({ name, members }): WaveStatus => {
      const wave = progress.waves[name] ?? { state: "open" };
      return {
        name,
        state: wave.state,
        ...(wave.at === undefined ? {} : { at: wave.at }),
        members: members.map(({ id, slug }) => ({ id, slug, state: progress.members[id]?.state ?? "open" })),
      };
    }),
    ...(passed.length === 0 ? {} : { passedOver: passed }),
    ...(next === undefined ? {} : { next }),
  };
}
