import { Environment } from "@marcbachmann/cel-js";
import { InputError } from "../../errors";
import { compareReleases, normalizeRelease } from "../../product/releases";
import { nearest } from "../config/problems";
import type { Fleet, FleetInstance } from "./instance";
import type { KnownState } from "./known-state";

/** A release in an expression: compared by its numbers, `7.10.0` after `7.9.0`. */
class ReleaseValue {
  constructor(readonly version: string) {}
}

/** An instance in an expression. */
class InstanceValue {
  /** Fields an expression can ask for. */
  static readonly fields = {
    id: "string",
    slug: "string",
    type: "string",
    channel: "string",
    state: "string",
    release: "Release",
    shape: "string",
    cloud: "string",
    region: "string",
    size: "string",
    expires: "string",
    labels: "map<string, string>",
    features: "list<string>",
  };
  readonly id: string;
  readonly slug: string;
  readonly type: string;
  readonly channel: string;
  readonly state: string;
  readonly release: ReleaseValue;
  readonly shape: string;
  readonly cloud: string;
  readonly region: string;
  readonly size: string;
  readonly expires: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  constructor(instance: FleetInstance, release: string, labels: readonly string[]) {
    const { specification } = instance;
    this.id = instance.id;
    this.slug = instance.slug;
    this.type = instance.type;
    this.channel = instance.channel;
    this.state = instance.state;
    this.features = [...instance.features];
    this.release = new ReleaseValue(release);
    this.shape = specification.shape;
    this.cloud = specification.cloud;
    this.region = specification.region;
    // A size that is computed from usage has no name.
    this.size = "size" in specification && "named" in specification.size ? specification.size.named : "";
    this.expires = instance.expires ?? "";
    // A label that others of the fleet have is empty where it is missing, not an error.
    this.labels = Object.fromEntries(labels.map((label) => [label, instance.labels[label] ?? ""]));
  }
}

const comparisons = {
  "<": (order: number) => order < 0,
  "<=": (order: number) => order <= 0,
  ">": (order: number) => order > 0,
  ">=": (order: number) => order >= 0,
  "==": (order: number) => order === 0,
} as const;

function compared(release: ReleaseValue, text: string): number {
  const version = /^\d+\.\d+$/.test(text) ? `${text}.0` : normalizeRelease(text);
  if (version === undefined) throw new Error(`"${text}" is no release; write one such as "7.5.4453" or "7.5"`);
  return compareReleases(release.version, version);
}

function environment(): Environment {
  const made = new Environment({ unlistedVariablesAreDyn: false })
    .registerType("Release", { ctor: ReleaseValue, fields: {} })
    .registerType("Instance", { ctor: InstanceValue, fields: InstanceValue.fields })
    .registerVariable("instance", "Instance");
  for (const [sign, holds] of Object.entries(comparisons))
    made.registerOperator(`Release ${sign} string: bool`, (release: ReleaseValue, text: string) =>
      holds(compared(release, text)),
    );
  return made;
}

/** An expression that says which instances are meant. */
export interface Selector {
  /** As it was written. */
  readonly text: string;
  /** Whether an instance is meant; `release` is the one it runs. */
  readonly matches: (instance: FleetInstance, release: string) => boolean;
}

interface CelError {
  readonly code?: string;
  readonly summary?: string;
  readonly message: string;
  readonly range?: { readonly start: number; readonly end: number };
}

const fields = Object.keys(InstanceValue.fields);
const samples = 'instance.type == "trial", instance.release < "7.5" or "cody" in instance.features';

/** What is wrong with an expression, in the words of whoever wrote it. */
function wrong(text: string, error: CelError, labels: readonly string[]): string {
  const { code, range } = error;
  const at = range === undefined ? "" : text.slice(range.start, range.end);
  const known = `fields are ${fields.map((field) => `instance.${field}`).join(", ")}`;
  const before = range === undefined ? "" : text.slice(0, range.start);
  if (code === "no_such_key") {
    if (/labels[.[]["']?$/.test(before)) {
      const meant = nearest(at, labels);
      const all = labels.length === 0 ? "no instance has labels" : `labels are ${labels.join(", ")}`;
      return `asks for the label '${at}', which no instance has; ${meant === undefined ? all : `did you mean '${meant}'?`}`;
    }
    const meant = nearest(at, fields);
    return `asks for 'instance.${at}', which there is not; ${meant === undefined ? known : `did you mean 'instance.${meant}'?`}`;
  }
  if (code === "unknown_variable" || code === "undeclared_reference")
    return fields.includes(at)
      ? `asks for '${at}'; write instance.${at}`
      : `asks for '${at}', which there is not; ${known}`;
  return `cannot be read: ${(error.summary ?? error.message.split("\n")[0] ?? "").toLowerCase()}; write an expression such as ${samples}`;
}

/** Labels that any instance of a fleet has, sorted. */
export function labelsOf(instances: readonly FleetInstance[]): string[] {
  return [...new Set(instances.flatMap(({ labels }) => Object.keys(labels)))].sort();
}

/** Reads an expression over `instance` that gives one of the wanted types. */
function evaluatorOf(
  text: string,
  instances: readonly FleetInstance[],
  wanted: { readonly types: readonly string[]; readonly otherwise: string },
  path: string,
): (instance: FleetInstance, release: string) => unknown {
  const labels = labelsOf(instances);
  const fail = (message: string): never => {
    throw new InputError(
      [{ path, message: `${message}, got ${JSON.stringify(text)}` }],
      "the selection cannot be made",
    );
  };
  let run: ((context: Record<string, unknown>) => unknown) | undefined;
  try {
    const parsed = environment().parse(text);
    const { valid, type, error } = parsed.check();
    if (!valid) fail(wrong(text, error as CelError, labels));
    if (!wanted.types.includes(String(type))) fail(`gives ${String(type)}, ${wanted.otherwise}`);
    run = parsed;
  } catch (error) {
    if (error instanceof InputError) throw error;
    fail(wrong(text, error as CelError, labels));
  }
  return (instance, release) => {
    try {
      return run?.({ instance: new InstanceValue(instance, release, labels) });
    } catch (error) {
      return fail(wrong(text, error as CelError, labels));
    }
  };
}

/**
 * Reads an expression of the Common Expression Language over `instance`.
 *
 * @example
 * selectorOf('instance.type == "trial" && instance.release < "7.5"', fleet.instances)
 *
 * @param text the expression; an empty one means every instance
 * @param instances the fleet, for the labels there are
 * @param path where it was written, for messages
 * @throws InputError when it cannot be read, asks for what there is not, or gives something else than yes or no
 */
export function selectorOf(text: string, instances: readonly FleetInstance[], path = "select"): Selector {
  if (text.trim() === "") return { text, matches: () => true };
  const wanted = { types: ["bool"], otherwise: "not yes or no; compare it with something" };
  const evaluate = evaluatorOf(text, instances, wanted, path);
  return { text, matches: (instance, release) => evaluate(instance, release) === true };
}

/**
 * The instances of a fleet that an expression means; none is given: all of them.
 *
 * @param states what is known of each by id; where nothing is, the release its file says counts
 * @throws InputError as `selectorOf`
 */
export function selected(
  { instances }: Fleet,
  text: string | undefined,
  states: Readonly<Record<string, Pick<KnownState, "release">>>,
  path = "select",
): FleetInstance[] {
  const { matches } = selectorOf(text ?? "", instances, path);
  return instances.filter((each) => matches(each, states[each.id]?.release ?? each.release));
}

/**
 * Reads an expression that gives a text of each instance, to group them by, such as `instance.labels.tier`.
 *
 * @throws InputError when it cannot be read, asks for what there is not, or gives something else than a text
 */
export function groupingOf(
  text: string,
  instances: readonly FleetInstance[],
  path = "by",
): (instance: FleetInstance, release: string) => string {
  const wanted = { types: ["string", "Release"], otherwise: "not a text; ask for one such as instance.type" };
  const evaluate = evaluatorOf(text, instances, wanted, path);
  return (instance, release) => {
    const value = evaluate(instance, release);
    return value instanceof ReleaseValue ? value.version : String(value);
  };
}
