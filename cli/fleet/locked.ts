import type { Terminal } from "../terminal";
import { openFleet, settingsFolder, type OpenFleet } from "./folder";
import { lockFleet } from "./lock";

/** A fleet that nobody else changes until it is given back. */
export interface LockedFleet {
  /** What its files say since it was locked. */
  readonly open: OpenFleet;
  /** Gives the lock back. */
  readonly unlock: () => void;
}

/**
 * Takes the lock of a fleet and reads it then, so that it is as whoever had the lock before left it.
 *
 * @param given the folder as the user wrote it; default the current one
 * @throws RefusedError while somebody else has the lock, InputError with every problem of every file
 */
export function openLocked(
  given: string | undefined,
  terminal: Terminal,
  options: { readonly expired?: boolean } = {},
): LockedFleet {
  const unlock = lockFleet(settingsFolder(given, terminal), new Date().toISOString());
  try {
    return { open: openFleet(given, terminal, options), unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}
