import { z } from "zod";

const place = z.object({ release: z.string(), digest: z.string() });

const statusSchema = z.object({
  schema: z.literal(1),
  installed: place.nullish(),
  release: z.string(),
  digest: z.string(),
  result: z.enum(["ready", "converging", "failed", "refused", "stopped"]),
  message: z.string(),
  next: z.array(z.string()).optional(),
  log: z.array(z.string()).optional(),
});

/** What a machine writes of itself beside its pointer. */
export type MachineStatus = z.infer<typeof statusSchema>;

/** What came of asking for a machine's status. */
export type StatusAnswer =
  | {
      /** There is one. */
      readonly kind: "status";
      /** Its text. */
      readonly text: string;
    }
  /** The machine has not written any yet. */
  | {
      /** There is none. */
      readonly kind: "none";
    }
  | {
      /** It could not be asked for. */
      readonly kind: "unreadable";
      /** Why. */
      readonly why: string;
    };

/** What a machine is to come to. */
export interface MachineTarget {
  /** Release of the bundle. */
  readonly release: string;
  /** SHA-256 of the bundle. */
  readonly digest: string;
  /** How long it may take, minutes. */
  readonly timeoutMinutes: number;
}

/** What is known of a machine once it is waited for no longer. */
export interface MachineSeen {
  /** `well`: it says that it is ready; `ill`: it will not become so by itself; `unknown`: nobody can tell. */
  readonly state: "well" | "ill" | "unknown";
  /** In words, for a person. */
  readonly text: string;
}

/** Whether to ask again, and what to tell a person meanwhile, or what was seen in the end. */
export type MachineVerdict =
  { readonly kind: "wait"; readonly told: string } | { readonly kind: "seen"; readonly machine: MachineSeen };

/** How long a machine that failed is given, since it tries again each minute, minutes. */
const patienceMinutes = 3;

/** How long it is tried to read a status, minutes. */
const unreadableMinutes = 1;

const seen = (state: MachineSeen["state"], text: string): MachineVerdict => ({
  kind: "seen",
  machine: { state, text },
});

/** The status in a text; undefined where it is none that this library knows. */
function statusOf(text: string): MachineStatus | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function lines(title: string, of: readonly string[] | undefined): string {
  return of === undefined || of.length === 0 ? "" : `\n${title}:${of.map((line) => `\n    ${line}`).join("")}`;
}

/** All that a machine says of itself, for a person. */
function words(status: MachineStatus): string {
  const { release, result, message, installed, next, log } = status;
  const inPlace = installed == null ? "nothing is in place yet" : `in place is ${installed.release}`;
  const more = `${lines("last lines of its log", log)}${lines("next", next)}`;
  return `the machine says ${result} of release ${release}: ${message}; ${inPlace}${more}`;
}

/**
 * Judges what a machine says of itself.
 *
 * @param waitedMinutes since it was asked first
 * @param failingMinutes since it was first seen to have failed at this target; 0 where it has not
 */
export function judgeMachine(
  answer: StatusAnswer,
  target: MachineTarget,
  waitedMinutes: number,
  failingMinutes: number,
): MachineVerdict {
  const late = waitedMinutes >= target.timeoutMinutes;
  const after = `after ${target.timeoutMinutes} minutes`;
  if (answer.kind === "unreadable") {
    if (waitedMinutes >= unreadableMinutes)
      return seen("unknown", `the machine's status cannot be read: ${answer.why}`);
    return { kind: "wait", told: `the machine's status cannot be read yet: ${answer.why}` };
  }
  if (answer.kind === "none") {
    if (late)
      return seen("ill", `${after} the machine has written no status; the output 'connect' says how to look at it`);
    return { kind: "wait", told: "the machine has written no status yet" };
  }
  const status = statusOf(answer.text);
  if (status === undefined) return seen("unknown", "the machine's status is of a form that this library does not know");
  if (status.digest !== target.digest) {
    if (late) return seen("ill", `${after} the machine has not begun with release ${target.release}: ${words(status)}`);
    return {
      kind: "wait",
      told: `the machine has not begun yet; it says ${status.result} of release ${status.release}`,
    };
  }
  switch (status.result) {
    case "ready":
      return seen("well", `the machine says ready: ${status.message}`);
    case "refused":
    case "stopped":
      return seen("ill", words(status));
    case "failed":
      if (late || status.next !== undefined || failingMinutes >= patienceMinutes) return seen("ill", words(status));
      return { kind: "wait", told: `the machine says failed: ${status.message}; it tries again` };
    case "converging":
      if (late) return seen("ill", `${after} ${words(status)}`);
      return { kind: "wait", told: `the machine says converging: ${status.message}` };
  }
}

/** Whether a machine has failed at its target, and may try again. */
export function isFailing(answer: StatusAnswer, target: MachineTarget): boolean {
  if (answer.kind !== "status") return false;
  const status = statusOf(answer.text);
  return status?.result === "failed" && status.digest === target.digest;
}
