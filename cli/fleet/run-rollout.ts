import { earlierTryOf, type EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import type { RolloutEvent } from "../../components/core/planning/fleet/journal";
import { nextAction } from "../../components/core/planning/fleet/next";
import type { RolloutMember, RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import { StackBusyError } from "../engine/program-error";
import type { RolloutFiles } from "./rollout-files";

/** The steps an instance takes, in order. */
export const memberSteps = ["check", "update", "verify"] as const;

/** A step an instance takes. */
export type MemberStep = (typeof memberSteps)[number];

/** Works on instances. Each step can be run again after it was interrupted. */
export interface InstanceDriver {
  /** Why nothing is done at an instance, such as one that was deleted since the plan; undefined where something is. */
  passesOver?(member: RolloutMember): string | undefined;
  /**
   * Takes one step of an instance's change; `earlier` says how the last try of the change ended.
   * @throws StackBusyError when somebody else is at work on its stack, and nothing was done
   * @throws Error with what was last seen, when it failed
   */
  step(member: RolloutMember, step: MemberStep, plan: RolloutPlan, earlier: EarlierTry): Promise<void>;
}

/** What a run of a rollout uses of the world. */
export interface RolloutWorld {
  /** What works on the instances. */
  readonly driver: InstanceDriver;
  /** The time. */
  readonly now: () => Date;
  /** Waits; not longer than told. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Told of every event, after it is written down. */
  readonly told: (event: RolloutEvent) => void;
  /** Whether the run waits for watched waves and windows; otherwise it ends and says until when. */
  readonly waits: boolean;
  /** Aborted when a person interrupts the command: nothing more is begun, and what broke off by it is no failure. Default never. */
  readonly interrupted?: AbortSignal;
  /** Whether a person wants the rollout to stop. */
  readonly isPaused: () => boolean;
}

/** How a run of a rollout ended. */
export interface RolloutEnd {
  /** State of the rollout. */
  readonly state: "finished" | "stopped" | "waiting" | "abandoned" | "interrupted";
  /** What it waits for, or why it stopped. */
  readonly why?: string;
  /** When there is something to do again, ISO 8601. */
  readonly until?: string;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An event without its time. */
type Untimed = RolloutEvent extends infer Event ? (Event extends RolloutEvent ? Omit<Event, "at"> : never) : never;

/** A rollout at work. */
class Running {
  private readonly atWork = new Map<string, Promise<void>>();
  private readonly members: ReadonlyMap<string, RolloutMember>;

  constructor(
    private readonly files: RolloutFiles,
    private readonly world: RolloutWorld,
  ) {
    this.members = new Map(files.plan.waves.flatMap(({ members }) => members.map((member) => [member.id, member])));
  }

  private get isInterrupted(): boolean {
    return this.world.interrupted?.aborted === true;
  }

  /** Waits, but not once somebody interrupts. */
  private async unlessInterrupted(waited: Promise<unknown>): Promise<void> {
    const waiting = new AbortController();
    const interruption = new Promise<void>((resolve) =>
      this.world.interrupted?.addEventListener("abort", () => resolve(), { signal: waiting.signal }),
    );
    await Promise.race([waited, interruption]);
    waiting.abort();
  }

  private write(event: Untimed): void {
    const timed = { at: this.world.now().toISOString(), ...event };
    this.files.write(timed);
    this.world.told(timed);
  }

  /** The steps of one instance that are not done; what goes wrong is an event, not an error. */
  private async upgraded(id: string, earlier: EarlierTry): Promise<void> {
    const member = this.members.get(id);
    if (member === undefined) return;
    const reason = this.world.driver.passesOver?.(member);
    if (reason !== undefined) {
      this.write({ event: "member-passed", id, reason });
      return;
    }
    const { done: before = [] } = this.files.progress.members[id] ?? {};
    const done = new Set(before);
    for (const step of memberSteps) {
      // What was seen before an interruption may be otherwise now.
      if (done.has(step) && step === "update") continue;
      if (this.isInterrupted) return;
      this.write({ event: "step-begun", id, step });
      try {
        await this.world.driver.step(member, step, this.files.plan, earlier);
      } catch (error) {
        // The journal then says what it says after a kill, and the next run goes on from there.
        if (this.isInterrupted) return;
        const event = error instanceof StackBusyError ? "member-locked" : "member-failed";
        this.write({ event, id, step, message: messageOf(error) });
        return;
      }
      this.write({ event: "step-done", id, step });
    }
    this.write({ event: member.kind === "rollback" ? "member-back" : "member-done", id });
  }

  private begin(ids: readonly string[]): void {
    for (const id of ids) {
      const earlier = earlierTryOf(this.files.progress.members[id]);
      this.write({ event: "member-begun", id });
      this.atWork.set(
        id,
        this.upgraded(id, earlier).finally(() => this.atWork.delete(id)),
      );
    }
  }

  async run(): Promise<RolloutEnd> {
    for (;;) {
      const { progress } = this.files;
      if (this.isInterrupted) {
        await Promise.all(this.atWork.values());
        return { state: "interrupted" };
      }
      if (progress.state === "running" && this.world.isPaused()) {
        await Promise.all(this.atWork.values());
        const reason = "a person paused it";
        this.write({ event: "stopped", reason });
        return { state: "stopped", why: reason };
      }
      const action = nextAction(this.files.plan, progress, new Set(this.atWork.keys()), this.world.now());
      switch (action.do) {
        case "begin":
          this.begin(action.ids);
          break;
        case "open":
          this.write({ event: "wave-begun", wave: action.wave });
          break;
        case "close":
          this.write({ event: "wave-done", wave: action.wave });
          break;
        case "pause":
          this.write({ event: "wave-waits", wave: action.wave });
          return { state: "waiting", why: `wave ${action.wave} waits for a person` };
        case "stop":
          this.write({ event: "stopped", reason: action.reason });
          return { state: "stopped", why: action.reason };
        case "finish":
          this.write({ event: "finished" });
          return { state: "finished" };
        case "wait":
          if (this.atWork.size > 0) await this.unlessInterrupted(Promise.race(this.atWork.values()));
          else if (action.until === undefined || !this.world.waits)
            return {
              state: "waiting",
              why: action.why,
              ...(action.until === undefined ? {} : { until: action.until }),
            };
          else
            await this.unlessInterrupted(
              this.world.sleep(Math.max(0, Date.parse(action.until) - this.world.now().getTime())),
            );
          break;
        case "nothing":
          return ended(this.files.plan, progress);
      }
    }
  }
}

function ended(plan: RolloutPlan, { state, reason, waves }: RolloutFiles["progress"]): RolloutEnd {
  if (state === "finished" || state === "abandoned") return { state };
  if (state === "stopped") return { state, ...(reason === undefined ? {} : { why: reason }) };
  const waiting = plan.waves.find(({ name }) => waves[name]?.state === "waiting");
  return { state: "waiting", why: `wave ${waiting?.name ?? ""} waits for a person` };
}

/**
 * Runs a rollout until it is finished, stops, or has to wait. What it does is written down before and after, so that the next
 * run, after a kill too, goes on where this one ended.
 */
export function runRollout(files: RolloutFiles, world: RolloutWorld): Promise<RolloutEnd> {
  return new Running(files, world).run();
}
