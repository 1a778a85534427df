import { keepsData, type DeletionPlan, type DeletionStepName } from "../../components/core/planning/fleet/deletion";
import type { Thing } from "../../components/core/planning/fleet/deletion-state";
import { earlierTryOfDeletion, type EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import type { OutlivingCopy } from "../../components/core/planning/fleet/retention";
import { PlainError } from "../failure";
import type { DeletionFiles } from "./deletion-files";

/** What came of a step. */
export interface StepEnd {
  /** What was done, in one sentence. */
  readonly said: string;
  /** What stays in the cloud and is in no state any more. */
  readonly left?: readonly Thing[];
  /** What outlives what was deleted. */
  readonly copies?: readonly OutlivingCopy[];
}

/** Takes steps of one instance's deletion. Each can be taken again after it was interrupted. */
export interface DeletionDriver {
  /** Puts in order what the last run left, before the first step: `earlier` says how it ended. */
  prepare(earlier: EarlierTry): Promise<void>;
  /**
   * Takes a step.
   * @throws Error with what was last seen, when it failed
   */
  step(name: DeletionStepName): Promise<StepEnd>;
}

/** What a run of a deletion uses of the world. */
export interface DeletionWorld {
  /** What takes the steps. */
  readonly driver: DeletionDriver;
  /** The time. */
  readonly now: () => Date;
  /** Who runs it. */
  readonly by: string;
  /** Told of each step. */
  readonly told: (line: string) => void;
}

/**
 * Takes the open steps of a plan, in their order. What is done is written down before and after, so that the same command goes
 * on after a failure or a kill.
 *
 * @returns `kept` when the data is still there, because nobody let it go
 * @throws PlainError when a step fails; those before it are done, those after it not begun
 */
export async function runDeletion(
  plan: DeletionPlan,
  files: DeletionFiles,
  { driver, now, by, told }: DeletionWorld,
): Promise<"gone" | "kept"> {
  const at = (): string => now().toISOString();
  const kept = keepsData(plan);
  const who = `${plan.slug} (${plan.id})`;
  // Before this run is written down as the last one.
  await driver.prepare(earlierTryOfDeletion(files.events));
  files.write({ at: at(), event: "begun", by, digest: plan.digest, dropsData: plan.held.length > 0 && !kept });
  for (const { name, state } of plan.steps) {
    if (state !== "open") continue;
    files.write({ at: at(), event: "step-begun", step: name });
    told(`${who}: ${name}`);
    try {
      const { said, left = [], copies = [] } = await driver.step(name);
      files.write({
        at: at(),
        event: "step-done",
        step: name,
        said,
        ...(left.length === 0 ? {} : { left: [...left] }),
        ...(copies.length === 0 ? {} : { copies: [...copies] }),
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      files.write({ at: at(), event: "step-failed", step: name, message });
      throw new PlainError(
        `${who}: ${name} failed: ${message}\nthe same command goes on with it; its log is ${files.log}`,
      );
    }
  }
  files.write({ at: at(), event: kept ? "kept" : "gone" });
  return kept ? "kept" : "gone";
}
