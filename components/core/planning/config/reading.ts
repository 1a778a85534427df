import type { Problem } from "../../errors";
import type { Config } from "./config";
import { encrypted, problemsOf } from "./problems";
import { configSchema } from "./schema";

/** What can be read of a config, and what is malformed in it. */
export interface Reading {
  /** What is well formed. */
  readonly config: Partial<Config>;
  /** What is wrong with the rest. */
  readonly problems: readonly Problem[];
  /** Paths of what is absent because it, or something it needs, was malformed. */
  readonly malformed: ReadonlySet<string>;
}

/** Places of encrypted values outside `secrets`, which alone may hold them. */
function encryptedPlaces(value: unknown, path: string): string[] {
  if (value === encrypted) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    path === "" && key === "secrets" ? [] : encryptedPlaces(inner, path === "" ? key : `${path}.${key}`),
  );
}

function encryptedProblem(path: string): Problem {
  return {
    path,
    message:
      "is encrypted, but only values below 'secrets' may be; write it in the open if it is no secret, otherwise set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME where its name belongs",
  };
}

type Path = readonly PropertyKey[];

/** Lists and sets of keys anew; values of secrets may be anything, and stay what they are. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}

/** Takes the value at a path out of a tree: with its list where it is in one, with what needs it where it is missing. */
function takeOut(tree: unknown, path: Path): string | undefined {
  const trail: Record<PropertyKey, unknown>[] = [];
  for (let at = tree; typeof at === "object" && at !== null && trail.length < path.length;) {
    trail.push(at as Record<PropertyKey, unknown>);
    at = trail.at(-1)?.[path[trail.length - 1] ?? ""];
  }
  const list = trail.findIndex((each) => Array.isArray(each));
  for (let index = (list < 0 ? trail.length : list) - 1; index >= 0; index--) {
    const [holder, key] = [trail[index], path[index]];
    if (holder === undefined || key === undefined || !Object.hasOwn(holder, key)) continue;
    delete holder[key];
    return path.slice(0, index + 1).join(".");
  }
  return undefined;
}

/** The schema with every key optional: made once, since making it costs more than reading a config by it. */
export const partialSchema = configSchema.partial();

/** Takes out what is malformed, until the rest can be read. */
function readRest(config: object, hidden: readonly string[]): Pick<Reading, "config"> & { taken: readonly string[] } {
  const rest = copied(config);
  const taken: (string | undefined)[] = hidden.map((place) => takeOut(rest, place.split(".")));
  for (;;) {
    const parsed = partialSchema.safeParse(rest);
    if (parsed.success) return { config: parsed.data, taken: taken.filter((place) => place !== undefined) };
    const paths = parsed.error.issues.flatMap((issue): Path[] =>
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
    );
    const now = paths.map((path) => takeOut(rest, path));
    if (now.every((place) => place === undefined)) return { config: {}, taken: Object.keys(config) };
    taken.push(...now);
  }
}

/** The project of an instance in an environment of its own is named like the instance, where nothing is said. */
function withProject(config: Partial<Config>): Partial<Config> {
  const { cloud, environment, gcp, name } = config;
  if (cloud !== "gcp" || environment === undefined || gcp !== undefined || name === undefined) return config;
  return { ...config, gcp: { project: name } };
}

/** Of a malformed config what is well formed is read all the same, so that one run shows everything. */
export function readConfig(config: unknown): Reading {
  const reading = readSchema(config);
  return { ...reading, config: withProject(reading.config) };
}

function readSchema(config: unknown): Reading {
  const hidden = encryptedPlaces(config, "");
  const parsed = configSchema.safeParse(config);
  if (parsed.success && hidden.length === 0) return { config: parsed.data, problems: [], malformed: new Set() };
  const schema = parsed.success ? [] : problemsOf(parsed.error.issues, configSchema, config);
  const shadowed = (path: string) => hidden.some((place) => path === place || path.startsWith(`${place}.`));
  const problems = [...hidden.map(encryptedProblem), ...schema.filter(({ path }) => !shadowed(path))];
  const wrong = problems.map(({ path }) => path);
  if (typeof config !== "object" || config === null) return { config: {}, problems, malformed: new Set(wrong) };
  const { config: readable, taken } = readRest(config, hidden);
  return { config: readable, problems, malformed: new Set([...wrong, ...taken]) };
}
