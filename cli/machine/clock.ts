import { setTimeout } from "node:timers/promises";

/** Time as the verbs see it; a test gives its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (seconds: number) => Promise<void>;
}

/** The clock of this process. */
export const processClock: Clock = {
  now: () => Date.now(),
  pause: async (seconds) => {
    await setTimeout(seconds * 1000);
  },
};
