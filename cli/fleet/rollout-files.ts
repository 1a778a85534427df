import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import * as path from "node:path";
import {
  readJournal,
  Sum,
  type RolloutEvent,
  type RolloutProgress,
} from "../../components/core/planning/fleet/journal";
import type { RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";

/** Where a fleet keeps its rollouts. */
const rollouts = path.join(".fleet", "rollouts");

/** The files of one rollout: its plan and its journal. */
export class RolloutFiles {
  private readonly sum: Sum;

  private constructor(
    /** Folder of the rollout. */
    readonly folder: string,
    /** What is to be done. */
    readonly plan: RolloutPlan,
    private readonly happened: RolloutEvent[] = [],
    /** Length of the journal up to a line that a crash cut off, bytes; undefined where it is whole. */
    private whole?: number,
  ) {
    this.sum = new Sum(plan);
    for (const event of happened) this.sum.take(event);
  }

  /** Begins a rollout: its plan is written down, and it becomes the fleet's newest. */
  static begin(fleet: string, plan: RolloutPlan, at: string, by: string): RolloutFiles {
    const name = `${at.slice(0, 19).replaceAll(":", "")}-${plan.to}-${plan.digest.slice(0, 8)}`;
    const folder = path.join(fleet, rollouts, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "plan.json"), `${JSON.stringify(plan, null, 1)}\n`);
    const files = new RolloutFiles(folder, plan);
    files.write({ at, event: "begun", digest: plan.digest, to: plan.to, by });
    writeFileSync(path.join(fleet, rollouts, "newest.new"), `${name}\n`);
    renameSync(path.join(fleet, rollouts, "newest.new"), path.join(fleet, rollouts, "newest"));
    return files;
  }

  /** The newest rollout of a fleet; undefined where there never was one. */
  static newest(fleet: string): RolloutFiles | undefined {
    const pointer = path.join(fleet, rollouts, "newest");
    if (!existsSync(pointer)) return undefined;
    return RolloutFiles.named(fleet, readFileSync(pointer, "utf8").trim());
  }

  /** A rollout of a fleet by the name of its files. */
  static named(fleet: string, name: string): RolloutFiles {
    const folder = path.join(fleet, rollouts, name);
    const plan = JSON.parse(readFileSync(path.join(folder, "plan.json"), "utf8")) as RolloutPlan;
    const file = path.join(folder, "journal.jsonl");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    return new RolloutFiles(folder, plan, readJournal(text), whole === text ? undefined : Buffer.byteLength(whole));
  }

  /** Name of its files. */
  get name(): string {
    return path.basename(this.folder);
  }

  /** What happened so far, in order. */
  get events(): readonly RolloutEvent[] {
    return this.happened;
  }

  /** How far it is. */
  get progress(): RolloutProgress {
    return this.sum.progress;
  }

  /** Writes an event down; it is on the disk when this returns. */
  write(event: RolloutEvent): void {
    const file = openSync(path.join(this.folder, "journal.jsonl"), "a");
    try {
      // A line that was cut off by a crash must not become part of the next; who only looks leaves it alone.
      if (this.whole !== undefined) ftruncateSync(file, this.whole);
      this.whole = undefined;
      writeSync(file, `${JSON.stringify(event)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.happened.push(event);
    this.sum.take(event);
  }

  /** File that what an instance's updates say is kept in. */
  logOf(id: string): string {
    mkdirSync(path.join(this.folder, "logs"), { recursive: true });
    return path.join(this.folder, "logs", `${id}.log`);
  }
}
