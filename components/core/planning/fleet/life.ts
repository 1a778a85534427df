import { InputError, RefusedError } from "../../errors";
import type { FleetInstance, LifeState } from "./instance";

/** What is done to the life of one instance. */
export type LifeVerb = "suspend" | "unsuspend" | "extract" | "take-back" | "delete";

/** States each verb begins from. */
const begins: Readonly<Record<LifeVerb, readonly LifeState[]>> = {
  // Both can be said again, after an update that failed or was killed.
  suspend: ["active", "suspended"],
  unsuspend: ["active", "suspended"],
  extract: ["active", "suspended"],
  "take-back": ["extracted"],
  delete: ["active", "suspended", "leaving"],
};

const ways: Readonly<Record<LifeState, string>> = {
  active: "it is active",
  suspended: "it is suspended; 'sgbox fleet unsuspend' starts it again",
  extracted: "it is in the hands of a person; 'sgbox fleet take-back' takes it back first",
  leaving: "it is being deleted; 'sgbox fleet delete' goes on with it",
};

function because({ reason }: FleetInstance): string {
  return reason === undefined ? "" : ` (${reason})`;
}

/**
 * Why nothing can be brought to an instance any more: its last day is past. Undefined where it is not.
 *
 * @param today the day it is, e.g. `2026-11-22`
 */
export function pastLastDay({ expires, type, slug, file }: FleetInstance, today: string): string | undefined {
  if (expires === undefined || expires >= today) return undefined;
  const way =
    type === "production"
      ? `give a later day in ${file}`
      : `'sgbox fleet reap ${slug}' removes it, a later day in ${file} keeps it`;
  return `its last day ${expires} is past; ${way}`;
}

/**
 * Why rollouts pass an instance over; undefined where they do not.
 *
 * @param today the day it is, e.g. `2026-11-22`; default last days are not looked at
 */
export function outOfRollouts(instance: FleetInstance, today?: string): string | undefined {
  switch (instance.state) {
    case "active":
      return today === undefined ? undefined : pastLastDay(instance, today);
    case "suspended":
      return `it is suspended${because(instance)}`;
    case "extracted":
      return `it is extracted${because(instance)}`;
    case "leaving":
      return `it is being deleted${because(instance)}`;
  }
}

/** Why an instance cannot stand still; undefined where it can. */
function unsuspendable({ specification: { shape } }: FleetInstance): string | undefined {
  return shape === "vm" || shape === "kubernetes"
    ? undefined
    : `its shape ${shape} cannot stand still, since others depend on it; delete it, or stop its services one by one`;
}

/** An unfinished rollout, as far as the lives of its instances are about it. */
export interface UnfinishedRollout {
  /** Release it is to. */
  readonly to: string;
  /** Ids of the instances it has still to upgrade. */
  readonly open: readonly string[];
}

/**
 * Checks that something can be done to an instance now.
 *
 * @param rollout the rollout that is not over, where there is one
 * @param today the day it is, e.g. `2026-11-22`: no rollout holds up the end of what is past its last day; default not looked at
 * @throws RefusedError with every reason
 */
export function checkLife(
  instance: FleetInstance,
  verb: LifeVerb,
  rollout: UnfinishedRollout | undefined,
  today?: string,
): void {
  const { id, slug, state, file, expires } = instance;
  // Its update would be refused; a rollout passes over what is deleted.
  const isPast = today !== undefined && expires !== undefined && expires < today;
  const isFree = verb === "unsuspend" || (verb === "delete" && (isPast || state === "leaving"));
  const reasons: string[] = [];
  if (!begins[verb].includes(state)) reasons.push(ways[state] + (state === "active" ? "" : because(instance)));
  if (verb === "unsuspend" && instance.config["suspended"] === undefined) reasons.push("it never was suspended");
  const stiff = verb === "suspend" ? unsuspendable(instance) : undefined;
  if (stiff !== undefined) reasons.push(stiff);
  if (rollout?.open.includes(id) === true && !isFree)
    reasons.push(
      `the rollout of ${rollout.to} has still to upgrade it; finish that by 'sgbox fleet resume', or give it up by 'sgbox fleet resume --abandon'`,
    );
  if (reasons.length === 0) return;
  throw new RefusedError(
    reasons.map((message) => ({ path: file, message })),
    `refused, because ${slug} (${id}) cannot be ${past[verb]}`,
  );
}

const past: Readonly<Record<LifeVerb, string>> = {
  suspend: "suspended",
  unsuspend: "started again",
  extract: "extracted",
  "take-back": "taken back",
  delete: "deleted",
};

/**
 * Finds an instance by its id or slug.
 *
 * @throws InputError when there is none
 */
export function instanceNamed(instances: readonly FleetInstance[], given: string): FleetInstance {
  const found = instances.find(({ id, slug }) => id === given || slug === given);
  if (found !== undefined) return found;
  const near = instances.map(({ slug, id }) => `${slug} (${id})`).slice(0, 5);
  const named =
    near.length === 0
      ? "the fleet has none"
      : `there ${near.length === instances.length ? "are" : "are, among others"} ${near.join(", ")}`;
  throw new InputError(
    [{ path: "instance", message: `is "${given}", which is neither the id nor the slug of an instance; ${named}` }],
    "the instance cannot be found",
  );
}
