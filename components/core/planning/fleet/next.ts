import type { MaintenanceWindow } from "./instance";
import type { MemberProgress, RolloutProgress } from "./journal";
import type { RolloutMember, RolloutPlan, RolloutWave } from "./rollout-plan";

/** What a rollout does next. */
export type NextAction =
  /** Begin or go on with these instances, of this wave. */
  | { readonly do: "begin"; readonly wave: string; readonly ids: readonly string[] }
  /** Say that the wave waits for a person, and end. */
  | { readonly do: "pause"; readonly wave: string }
  /** Write down that the wave began, or is over. */
  | { readonly do: "open" | "close"; readonly wave: string }
  /** Nothing until then, or, without a time, until an instance that is at work ends. */
  | { readonly do: "wait"; readonly until?: string; readonly why: string }
  /** Stand still and say why. */
  | { readonly do: "stop"; readonly reason: string }
  /** All is done. */
  | { readonly do: "finish" }
  /** Nothing more is to be done: it stands still, is finished or was given up. */
  | { readonly do: "nothing" };

const hour = 3_600_000;
const day = 24 * hour;

/** When an instance may begin: now, or the next time its window opens. */
export function opensAt(window: MaintenanceWindow | undefined, now: Date): Date {
  if (window === undefined) return now;
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  // From yesterday on, whose window may reach into today.
  for (let offset = -1; offset <= 7; offset++) {
    const opens = midnight + offset * day + window.fromHourUtc * hour;
    const isDay = window.days.includes(new Date(midnight + offset * day).getUTCDay());
    if (isDay && now.getTime() < opens + window.hours * hour) return new Date(Math.max(opens, now.getTime()));
  }
  return now;
}

function membersIn(
  state: MemberProgress["state"],
  { members }: RolloutWave,
  progress: RolloutProgress,
): RolloutMember[] {
  return members.filter(({ id }) => progress.members[id]?.state === state);
}

/** Why a wave stops, in words; undefined where it does not. */
function stopping(plan: RolloutPlan, wave: RolloutWave, progress: RolloutProgress): string | undefined {
  const named = ({ id, slug }: RolloutMember) => `${slug} (${id}) at ${progress.members[id]?.step ?? "its start"}`;
  const failed = membersIn("failed", wave, progress);
  const locked = membersIn("locked", wave, progress);
  const reasons = [
    ...(failed.length > plan.gate.failures || (failed.length > 0 && locked.length > 0)
      ? [`wave ${wave.name} failed: ${failed.map(named).join(", ")}`]
      : []),
    ...locked.map((each) => `${named(each)}: ${progress.members[each.id]?.message ?? ""}`),
  ];
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

/** What is to be done in a wave that has begun. */
function inWave(
  plan: RolloutPlan,
  wave: RolloutWave,
  progress: RolloutProgress,
  alive: ReadonlySet<string>,
  now: Date,
): NextAction {
  const working = wave.members.filter(({ id }) => alive.has(id));
  const reason = stopping(plan, wave, progress);
  if (reason !== undefined)
    return working.length > 0
      ? { do: "wait", why: `${working.length} at work end first, then the rollout stops` }
      : { do: "stop", reason };
  const state = (member: RolloutMember) => progress.members[member.id]?.state ?? "open";
  const waiting = wave.members.filter((member) => !alive.has(member.id) && ["open", "running"].includes(state(member)));
  if (waiting.length === 0) {
    return working.length > 0 ? { do: "wait", why: "instances are at work" } : { do: "close", wave: wave.name };
  }
  // Who was begun before a crash goes on whatever the hour: half an upgrade is worse than one outside its window.
  const opening = waiting.map((member) => ({
    member,
    at: state(member) === "running" ? now : opensAt(member.maintenance, now),
  }));
  const ready = opening.filter(({ at }) => at.getTime() <= now.getTime()).map(({ member }) => member.id);
  const free = (wave.parallel ?? plan.parallel) - working.length;
  if (ready.length > 0 && free > 0) return { do: "begin", wave: wave.name, ids: ready.slice(0, free) };
  if (working.length > 0) return { do: "wait", why: "instances are at work" };
  const soonest = opening.reduce((least, { at }) => (at < least ? at : least), opening[0]?.at ?? now);
  return { do: "wait", until: soonest.toISOString(), why: `the next maintenance window of wave ${wave.name} opens` };
}

/**
 * Decides what a rollout does next. Asked again after each answer until it says to wait, to stop or that nothing is to be done.
 *
 * @param alive ids of instances somebody of this process is working at
 */
export function nextAction(
  plan: RolloutPlan,
  progress: RolloutProgress,
  alive: ReadonlySet<string>,
  now: Date,
): NextAction {
  if (progress.state !== "running") return { do: "nothing" };
  let soaked: { readonly until: number; readonly name: string } | undefined;
  for (const wave of plan.waves) {
    const { state, at } = progress.waves[wave.name] ?? { state: "open" };
    if (state === "done") {
      soaked = { until: Date.parse(at ?? "") + wave.soakHours * hour, name: wave.name };
      continue;
    }
    if (state === "running") return inWave(plan, wave, progress, alive, now);
    if (soaked !== undefined && now.getTime() < soaked.until)
      return { do: "wait", until: new Date(soaked.until).toISOString(), why: `wave ${soaked.name} is watched` };
    if (state === "waiting") return { do: "nothing" };
    return wave.pause && state === "open" ? { do: "pause", wave: wave.name } : { do: "open", wave: wave.name };
  }
  return { do: "finish" };
}
