import type { DeletionEvent } from "./deletion-journal";
import type { MemberProgress } from "./journal";

/**
 * How the try before this one ended. One that `failed` gave back its lock of the stack; one that was `killed` may have left it. A
 * lock that is met after a failure is somebody else's.
 */
export type EarlierTry = "none" | "failed" | "killed";

/** How the last try of an instance's change ended, before the next one is begun. */
export function earlierTryOf(member: MemberProgress | undefined): EarlierTry {
  if (member === undefined || member.tries === 0) return "none";
  // Watching an instance takes no lock, and so does nothing between two steps.
  const hadLock = member.state === "running" && member.step !== undefined && member.step !== "verify";
  return hadLock ? "killed" : "failed";
}

/** How the last run of a deletion ended, by the last step it took. */
export function earlierTryOfDeletion(events: readonly DeletionEvent[]): EarlierTry {
  const last = events.filter((event) => "step" in event).at(-1);
  if (last?.event === "step-begun") return "killed";
  return last?.event === "step-failed" ? "failed" : "none";
}
