import { z } from "zod";
import { deletionSteps, type DeletionHistory } from "./deletion";
import type { LiftedGuards } from "./deletion-state";
import { readJournalLine } from "./journal-line";

const at = z.string();
const step = z.enum(deletionSteps);
const thing = z.object({ type: z.string(), name: z.string(), id: z.string() });
const values = z.record(z.string(), z.unknown());
const guards = z.object({
  urn: z.string(),
  protect: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  inputs: values.optional(),
  outputs: values.optional(),
});

const eventSchema = z.discriminatedUnion("event", [
  z.object({ at, event: z.literal("begun"), by: z.string(), digest: z.string(), dropsData: z.boolean() }),
  z.object({ at, event: z.literal("step-begun"), step }),
  z.object({ at, event: z.literal("lifted"), guards: z.array(guards) }),
  z.object({
    at,
    event: z.literal("step-done"),
    step,
    said: z.string(),
    left: z.array(thing).optional(),
    copies: z.array(z.object({ what: z.string(), days: z.union([z.number(), z.literal("ever")]) })).optional(),
  }),
  z.object({ at, event: z.literal("step-failed"), step, message: z.string() }),
  z.object({ at, event: z.literal("kept") }),
  z.object({ at, event: z.literal("gone") }),
]);

/** One line of a deletion's journal. Times are ISO 8601, UTC. */
export type DeletionEvent = z.infer<typeof eventSchema>;

/**
 * Reads a journal. A last line that was cut off by a crash is left out: what it told was not done.
 *
 * @throws RefusedError when any other line cannot be read
 */
export function readDeletionJournal(text: string): DeletionEvent[] {
  const whole = text.split("\n").slice(0, -1);
  return whole.map((line, index) => readJournalLine("deletion", eventSchema, line, index));
}

/** What earlier runs of a deletion did, by its journal. */
export function historyOf(events: readonly DeletionEvent[]): DeletionHistory {
  const done = events.flatMap((event) => (event.event === "step-done" ? [event] : []));
  return {
    done: new Map(done.map(({ step, at }) => [step, at])),
    keptData: events.some(({ event }) => event === "kept"),
  };
}

/** Guards that the last run lifted; who let data go said so for that run only. */
export function guardsLifted(events: readonly DeletionEvent[]): LiftedGuards[] {
  const begun = events.map(({ event }) => event).lastIndexOf("begun");
  return events.slice(begun + 1).flatMap((event) => (event.event === "lifted" ? (event.guards as LiftedGuards[]) : []));
}
