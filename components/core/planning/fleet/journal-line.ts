import type { z } from "zod";
import { RefusedError } from "../../errors";

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads one line of a journal, which is an event.
 *
 * @param of what goes on by the journal, such as `rollout`
 * @param index place of the line, from 0
 * @throws RefusedError when it cannot be read
 */
export function readJournalLine<Event extends z.ZodType>(
  of: string,
  event: Event,
  line: string,
  index: number,
): z.infer<Event> {
  const parsed = event.safeParse(jsonOf(line));
  if (parsed.success) return parsed.data;
  throw new RefusedError(
    [
      {
        path: `line ${index + 1}`,
        message: `of the ${of}'s journal cannot be read; it was damaged or written by a newer version of this library, and without it nobody knows what was done`,
      },
    ],
    `the ${of} cannot go on`,
  );
}
