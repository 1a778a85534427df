import { compare, type SemVer } from "semver";
import { conditionState } from "./conditions";
import { recordedSteps, type RecordedStep } from "./facts";
import type { ManualStep, UpgradeSituation } from "./upgrade-plan";

function concerns(step: RecordedStep, from: SemVer, to: SemVer, situation: UpgradeSituation): boolean {
  return (
    (step.deployment === "all" || step.deployment === (situation.target ?? "compose")) &&
    compare(from, step.fromBelow) < 0 &&
    compare(to, step.toAtLeast) >= 0 &&
    (step.toBelow === undefined || compare(to, step.toBelow) < 0)
  );
}

/**
 * The documented actions of one hop: those its two releases, the deployment kind and the conditions select. A step whose conditions are
 * all open stays on the list with `onlyIf`; one of which all are known not to hold is left out.
 */
export function manualStepsOf(from: SemVer, to: SemVer, situation: UpgradeSituation): ManualStep[] {
  const acknowledged = new Set(situation.acknowledge);
  return recordedSteps.flatMap((step) => {
    if (!concerns(step, from, to, situation)) return [];
    const states = step.conditions.map((name) => ({ name, state: conditionState(name, situation) }));
    const certain = states.length === 0 || states.some(({ state }) => state === "holds");
    const open = states.filter(({ state }) => state === "open").map(({ name }) => name);
    if (!certain && open.length === 0) return [];
    const { id, version, blocking, phase, summary, action, source } = step;
    return [
      {
        id,
        version,
        blocking,
        phase,
        summary,
        action,
        source,
        acknowledged: acknowledged.has(id),
        ...(!certain && { onlyIf: open }),
      },
    ];
  });
}

/** The steps that still keep a hop from being made. */
export function unacknowledged(steps: readonly ManualStep[]): ManualStep[] {
  return steps.filter(({ blocking, acknowledged }) => blocking && !acknowledged);
}
