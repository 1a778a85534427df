import type { Problem } from "../../errors";
import type { InstanceConfig } from "./schema";

/** One key of a stack's config in which what runs and the file of its instance differ. */
export interface ConfigDifference {
  /** The key. */
  readonly key: string;
  /** What the file says; absent where it says nothing. */
  readonly file?: unknown;
  /** What runs; absent where it was deployed without. */
  readonly runs?: unknown;
}

/** Keys whose values are encrypted, each time otherwise. */
const encrypted = ["secrets"];

/** Tags that the fleet adds to what the file says. */
const ownTags = ["instance-type", "instance-slug"];

/** Values as the config of a stack has them: texts, or whatever is structured. */
function plain(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : value;
}

/**
 * Compares the config of a file with the one a stack was last deployed with, key by key. Secrets are left out: they are encrypted
 * anew each time.
 *
 * @param file config of the stack by the file of its instance
 * @param runs config it was last deployed with
 */
export function configDifferences(
  file: Readonly<Record<string, unknown>>,
  runs: Readonly<Record<string, unknown>>,
): ConfigDifference[] {
  const keys = [...new Set([...Object.keys(file), ...Object.keys(runs)])]
    .filter((key) => !encrypted.includes(key))
    .sort();
  return keys.flatMap((key): ConfigDifference[] => {
    const [wanted, is] = [file[key], runs[key]];
    if (canonical(plain(wanted)) === canonical(plain(is))) return [];
    return [{ key, ...(wanted === undefined ? {} : { file: wanted }), ...(is === undefined ? {} : { runs: is }) }];
  });
}

/** A value as text, whatever order its keys are in. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === "object" && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? ""
  );
}

/** A resource that an update by the file would change. */
export interface Surprise {
  /** What it would do, e.g. `update`. */
  readonly op: string;
  /** Type token. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));

/** What speaks against taking an instance back, as problems of its file. */
export function takeBackProblems(
  file: string,
  differences: readonly ConfigDifference[],
  surprises: readonly Surprise[],
): Problem[] {
  return [
    ...differences.map(({ key, file: wanted, runs }) => ({
      path: `${file}: ${key}`,
      message: `is ${shown(wanted)} in the file, and ${shown(runs)} runs; write it into the file, or let --accept do it`,
    })),
    ...surprises.map(({ op, type, name }) => ({
      path: file,
      message: `${op} of ${name} (${type}) is what an update by the file would do; undo by hand what was done by hand, or deploy it from where the instance was extracted to`,
    })),
  ];
}

/** The file of an instance with what runs in place of what it said. */
export function accepted(given: InstanceConfig, differences: readonly ConfigDifference[]): InstanceConfig {
  const config = { ...given.config };
  let { release, expires } = given;
  for (const { key, runs } of differences) {
    if (key === "name") continue;
    if (key === "release") release = String(runs);
    else if (key === "expires") expires = typeof runs === "string" ? runs : undefined;
    else if (runs === undefined) delete config[key];
    else if (key === "tags")
      config[key] = Object.fromEntries(
        Object.entries(runs as Record<string, unknown>).filter(([name]) => !ownTags.includes(name)),
      );
    else config[key] = runs;
  }
  const { expires: _before, ...rest } = given;
  return { ...rest, release, ...(expires === undefined ? {} : { expires }), config };
}
