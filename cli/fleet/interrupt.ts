import type { RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import type { RolloutProgress } from "../../components/core/planning/fleet/journal";
import { exitCodes } from "../failure";

/** What was interrupted, in a line, and what goes on with it. */
export function interruptedLine({ waves }: RolloutPlan, { members }: RolloutProgress): string {
  const atWork = waves.flatMap((wave) =>
    wave.members.flatMap(({ id, slug }) => {
      const { state, step = "its start" } = members[id] ?? {};
      return state === "running" ? [`${slug} (${id}) at ${step}`] : [];
    }),
  );
  const goesOn = "'sgbox fleet resume' goes on";
  return atWork.length === 0
    ? `interrupted; ${goesOn}`
    : `interrupted: ${atWork.join(", ")}; the engine ends what it is in the midst of, then ${goesOn}`;
}

/**
 * Waits for somebody to press Ctrl-C, which ends the work in order; the second time the process ends at once.
 *
 * @param then what is done at the first
 * @returns the signal of the first, and what stops waiting
 */
export function onInterrupt(then: () => void): { readonly signal: AbortSignal; readonly stop: () => void } {
  const pressed = new AbortController();
  const take = (): void => {
    if (pressed.signal.aborted) process.exit(exitCodes.interrupted);
    pressed.abort();
    then();
  };
  process.on("SIGINT", take);
  return { signal: pressed.signal, stop: () => void process.off("SIGINT", take) };
}
