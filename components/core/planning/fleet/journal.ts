import { z } from "zod";
import { readJournalLine } from "./journal-line";
import type { RolloutPlan } from "./rollout-plan";

const at = z.string();
const id = z.string();
const name = z.string();
const by = z.string();

const eventSchema = z.discriminatedUnion("event", [
  z.object({ at, event: z.literal("begun"), digest: z.string(), to: z.string(), by }),
  z.object({ at, event: z.literal("wave-waits"), wave: name }),
  z.object({ at, event: z.literal("wave-allowed"), wave: name, by }),
  z.object({ at, event: z.literal("wave-begun"), wave: name }),
  z.object({ at, event: z.literal("wave-done"), wave: name }),
  z.object({ at, event: z.literal("member-begun"), id }),
  z.object({ at, event: z.literal("step-begun"), id, step: z.string() }),
  z.object({ at, event: z.literal("step-done"), id, step: z.string() }),
  z.object({ at, event: z.literal("member-done"), id }),
  z.object({ at, event: z.literal("member-failed"), id, step: z.string(), message: z.string() }),
  z.object({ at, event: z.literal("member-locked"), id, step: z.string(), message: z.string() }),
  z.object({ at, event: z.literal("member-passed"), id, reason: z.string() }),
  z.object({ at, event: z.literal("member-back"), id }),
  z.object({ at, event: z.literal("stopped"), reason: z.string() }),
  z.object({ at, event: z.literal("resumed"), by }),
  z.object({ at, event: z.literal("finished") }),
  z.object({ at, event: z.literal("abandoned"), by }),
]);

/** One line of a rollout's journal. Times are ISO 8601, UTC. */
export type RolloutEvent = z.infer<typeof eventSchema>;

/** How far one instance is. */
export interface MemberProgress {
  /** `back`: it was rolled back to the release before; `locked`: somebody else was at work on its stack; `passed`: it was passed over. */
  readonly state: "open" | "running" | "done" | "failed" | "back" | "locked" | "passed";
  /** Steps of its runbook that are done. */
  readonly done: readonly string[];
  /** Step it is at, or failed at. */
  readonly step?: string;
  /** When it began that step, ISO 8601; absent where it is at none. */
  readonly stepAt?: string;
  /** What was last seen of a failure, or why it was passed over. */
  readonly message?: string;
  /** How often it was begun. */
  readonly tries: number;
  /** When its state last changed. */
  readonly at?: string;
}

/** How far one wave is. */
export interface WaveProgress {
  /** `waiting`: for a person; `allowed`: by one, not begun yet. */
  readonly state: "open" | "waiting" | "allowed" | "running" | "done";
  /** When its state last changed. */
  readonly at?: string;
}

/** How far a rollout is; what the journal adds up to. */
export interface RolloutProgress {
  /** State of the whole. */
  readonly state: "running" | "stopped" | "finished" | "abandoned";
  /** Why it stands still. */
  readonly reason?: string;
  /** When it began. */
  readonly since?: string;
  /** When the journal was last written. */
  readonly at?: string;
  /** Its waves, by name. */
  readonly waves: Readonly<Record<string, WaveProgress>>;
  /** Its instances, by id. */
  readonly members: Readonly<Record<string, MemberProgress>>;
}

/**
 * Reads a journal. A last line that was cut off by a crash is left out: what it told was not done.
 *
 * @throws RefusedError when any other line cannot be read
 */
export function readJournal(text: string): RolloutEvent[] {
  const whole = text.split("\n").slice(0, -1);
  return whole.flatMap((line, index) => (line === "" ? [] : [readJournalLine("rollout", eventSchema, line, index)]));
}

const openMember: MemberProgress = { state: "open", done: [], tries: 0 };

/** What an event makes of an instance. */
function memberAfter(member: MemberProgress, event: RolloutEvent): MemberProgress {
  const { at: when } = event;
  const { step: _step, stepAt: _stepAt, message: _message, ...rest } = member;
  switch (event.event) {
    case "member-begun":
      return { ...rest, state: "running", tries: member.tries + 1, at: when };
    case "step-begun":
      return { ...member, step: event.step, stepAt: when };
    case "step-done":
      return { ...rest, done: [...new Set([...member.done, event.step])] };
    case "member-done":
      return { ...rest, state: "done", at: when };
    case "member-failed":
      // What was done before a failure may be its cause, so it is done again.
      return { ...rest, state: "failed", done: [], step: event.step, message: event.message, at: when };
    case "member-locked":
      return { ...rest, state: "locked", step: event.step, message: event.message, at: when };
    case "member-passed":
      return { ...rest, state: "passed", message: event.reason, at: when };
    case "member-back":
      return { ...rest, state: "back", done: [], at: when };
    default:
      return member;
  }
}

const waveStates = {
  "wave-waits": "waiting",
  "wave-allowed": "allowed",
  "wave-begun": "running",
  "wave-done": "done",
} as const;

/** Adds up a journal as it grows. */
export class Sum {
  private readonly waves: Record<string, WaveProgress> = {};
  private readonly members: Record<string, MemberProgress> = {};
  private state: RolloutProgress["state"] = "running";
  private reason: string | undefined;
  private since: string | undefined;
  private at: string | undefined;

  constructor(plan: RolloutPlan) {
    for (const wave of plan.waves) {
      this.waves[wave.name] = { state: "open" };
      for (const member of wave.members) this.members[member.id] = openMember;
    }
  }

  /** Takes the next event. */
  take(event: RolloutEvent): void {
    this.since ??= event.at;
    this.at = event.at;
    if ("id" in event) this.members[event.id] = memberAfter(this.members[event.id] ?? openMember, event);
    else if ("wave" in event) this.waves[event.wave] = { state: waveStates[event.event], at: event.at };
    switch (event.event) {
      case "stopped":
        [this.state, this.reason] = ["stopped", event.reason];
        break;
      case "resumed":
        [this.state, this.reason] = ["running", undefined];
        // Whoever failed, or was another's, is tried again.
        for (const [id, member] of Object.entries(this.members))
          if (member.state === "failed" || member.state === "locked") this.members[id] = { ...member, state: "open" };
        break;
      case "finished":
      case "abandoned":
        [this.state, this.reason] = [event.event, undefined];
        break;
    }
  }

  /** What it adds up to now. */
  get progress(): RolloutProgress {
    const { state, reason, since, at, waves, members } = this;
    return {
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(since === undefined ? {} : { since }),
      ...(at === undefined ? {} : { at }),
      waves,
      members,
    };
  }
}

/** Adds up a journal. */
export function progressOf(plan: RolloutPlan, events: readonly RolloutEvent[]): RolloutProgress {
  const sum = new Sum(plan);
  for (const event of events) sum.take(event);
  return sum.progress;
}
