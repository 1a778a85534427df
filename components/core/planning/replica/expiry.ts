import { RefusedError, type Problem } from "../../errors";
import { dayAfter, daysBetween, isDay } from "../calendar";

/** How far away the last day of a replica may be where nothing is said, days. */
export const longestReplicaDays = 30;

/** What decides how long an instance lives. */
export interface Lifetime {
  /** Last day; absent for none. */
  readonly expires?: unknown;
  /** What makes it a replica; absent where it is none. */
  readonly replica?: unknown;
  /** The environment it is in; one that is being closed is let go of after the last day too. */
  readonly environment?: unknown;
}

/** How far away the last day may be, days; undefined where nothing bounds it. */
function longestOf(replica: unknown): number | undefined {
  if (typeof replica !== "object" || replica === null) return undefined;
  const days = (replica as { readonly longestDays?: unknown }).longestDays;
  return typeof days === "number" ? days : longestReplicaDays;
}

/** Whether the update is the one that lets go of an environment before it is closed. */
function isClosing(environment: unknown): boolean {
  return typeof environment === "object" && environment !== null && "close" in environment;
}

function expiryProblem({ expires, replica, environment }: Lifetime, today: string): Problem | undefined {
  if (typeof expires !== "string" || !isDay(expires) || isClosing(environment)) return undefined;
  const longest = longestOf(replica);
  const path = "expires";
  if (daysBetween(today, expires) < 0)
    return {
      path,
      message: `was ${expires}, and today is ${today}; remove the instance by sgbox down, in a fleet by sgbox fleet reap, or give a later day${longest === undefined ? "" : `, up to ${dayAfter(today, longest)}`}`,
    };
  const away = daysBetween(today, expires);
  if (longest === undefined || away <= longest) return undefined;
  return {
    path,
    message: `is ${expires}, ${away} days away; a replica lives ${longest} days at a time, so give a day up to ${dayAfter(today, longest)}, or raise 'replica.longestDays'`,
  };
}

/**
 * Refuses what is past its last day, or would live too long.
 *
 * @param today day by the clock, UTC
 * @throws RefusedError naming the day, and how to go on or end it
 */
export function refuseExpired(lifetime: Lifetime, today: string): void {
  const problem = expiryProblem(lifetime, today);
  if (problem !== undefined) throw new RefusedError([problem], "refused for its last day");
}
