import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import type { Progress } from "./progress";
import { follow, plainOutputs, type OpenStack } from "./stack";

/** What an update of a stack came to. */
export interface Updated {
  readonly counts: Progress["counts"];
  readonly outputs: Record<string, unknown>;
}

/**
 * Shows what an update would change, asks, and makes it.
 *
 * @param yes nobody is asked
 * @param message what the update is for, kept in the stack's history; default what the engine writes
 * @throws PlainError when somebody says no
 */
export async function runUp(
  { stack, place }: OpenStack,
  yes: boolean,
  terminal: Terminal,
  message?: string,
): Promise<Updated> {
  if (!yes) {
    const { progress } = await follow("planned", terminal, ({ take }) =>
      stack.preview({ onEvent: take, color: "never" }),
    );
    const question = `${progress.summary}. Go on with ${place.stack}?`;
    if ((await terminal.confirm?.(question)) !== true) throw new PlainError("nothing was done");
  }
  const told = message === undefined ? {} : { message };
  const update = () => follow("done", terminal, ({ take }) => stack.up({ onEvent: take, color: "never", ...told }));
  let { progress, result } = await update();
  terminal.note(progress.summary);
  // An upgrade over several minors on Kubernetes takes two updates: the first ends with the databases migrated.
  const next: unknown = result.outputs["next"]?.value;
  if (typeof next === "string" && next !== "") {
    terminal.note(next);
    ({ progress, result } = await update());
    terminal.note(progress.summary);
  }
  return { counts: progress.counts, outputs: plainOutputs(result.outputs) };
}
