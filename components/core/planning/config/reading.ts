import type { Problem } from "../../errors";
import type { Config } from "./config";
import { encrypted, problemsOf } from "./problems";
import { configSchema } from "./schema";

/** What can be read of a config, and what is malformed in it. */
export interface Reading {
  /** The keys that are well formed. */
  readonly config: Partial<Config>;
  /** What is wrong with the others. */
  readonly problems: readonly Problem[];
  /** The keys that are absent because they were malformed. */
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

/** Of a malformed config what is well formed is read all the same, so that one run shows everything. */
export function readConfig(config: unknown): Reading {
  const hidden = encryptedPlaces(config, "");
  const parsed = configSchema.safeParse(config);
  if (parsed.success && hidden.length === 0) return { config: parsed.data, problems: [], malformed: new Set() };
  const schema = parsed.success ? [] : problemsOf(parsed.error.issues, configSchema, config);
  const shadowed = (path: string) => hidden.some((place) => path === place || path.startsWith(`${place}.`));
  const problems = [...hidden.map(encryptedProblem), ...schema.filter(({ path }) => !shadowed(path))];
  const malformed = new Set(problems.map(({ path }) => path.split(".")[0] ?? ""));
  if (typeof config !== "object" || config === null) return { config: {}, problems, malformed };
  const rest = Object.fromEntries(Object.entries(config).filter(([key]) => !malformed.has(key)));
  const readable = configSchema.partial().safeParse(rest);
  return { config: readable.success ? readable.data : {}, problems, malformed };
}
