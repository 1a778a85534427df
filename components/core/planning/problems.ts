import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Problem } from "../errors";

interface Node {
  readonly def?: {
    readonly type?: string;
    readonly innerType?: Node;
    readonly options?: readonly Node[];
    readonly element?: Node;
    readonly valueType?: Node;
  };
  readonly shape?: Readonly<Record<string, Node>>;
}

function unwrap(node: Node): Node {
  let current = node;
  while (current.def?.innerType !== undefined) current = current.def.innerType;
  return current;
}

/** The keys an object may have at a path of the schema, over all alternatives. */
function keysAt(schema: Node, path: readonly PropertyKey[]): string[] {
  const node = unwrap(schema);
  if (node.def?.type === "union") return (node.def.options ?? []).flatMap((option) => keysAt(option, path));
  const [head, ...rest] = path;
  if (head === undefined) return Object.keys(node.shape ?? {});
  const next = node.shape?.[String(head)] ?? node.def?.element ?? node.def?.valueType;
  return next === undefined ? [] : keysAt(next, rest);
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away);
  const best = ranked[0];
  return best !== undefined && best.away <= Math.max(2, Math.floor(word.length / 2)) ? best.candidate : undefined;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A value as it is shown in a message: short, and never that of a secret. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const written = JSON.stringify(value);
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a set of keys",
  record: "a set of keys",
};

function describe(issue: z.core.$ZodIssue, got: unknown, unit: string | undefined): string {
  const ofUnit = unit === undefined ? "" : ` of ${unit}`;
  switch (issue.code) {
    case "invalid_type":
      if (got === undefined) return `is missing; give ${nouns[issue.expected] ?? issue.expected}${ofUnit}`;
      if (typeof got === "string" && unit !== undefined && Number.isFinite(Number.parseFloat(got)))
        return `must be a number${ofUnit} without a unit, got ${show(got)}; write ${Number.parseFloat(got)} if that is ${unit}`;
      return `must be ${nouns[issue.expected] ?? issue.expected}${ofUnit}, got ${show(got)}`;
    case "invalid_value":
      return got === undefined
        ? `is missing; give one of ${issue.values.map(String).join(", ")}`
        : `must be one of ${issue.values.map(String).join(", ")}, got ${show(got)}`;
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      return `must be at least ${String(issue.minimum)}${ofUnit}, got ${show(got)}`;
    case "too_big":
      return `must be at most ${String(issue.maximum)}${ofUnit}, got ${show(got)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a key that is allowed here";
    default:
      return `${issue.message}, got ${show(got)}`;
  }
}

function unitAt(schema: Node, path: readonly PropertyKey[], meta: (node: unknown) => unknown): string | undefined {
  let node = schema;
  for (const key of path) {
    const outer = unwrap(node);
    const next = outer.shape?.[String(key)];
    if (next === undefined) return undefined;
    node = next;
  }
  for (let current: Node | undefined = node; current !== undefined; current = current.def?.innerType) {
    const data = meta(current) as { unit?: string } | undefined;
    if (data?.unit !== undefined) return data.unit;
  }
  return undefined;
}

/** Writes schema violations in the user's words, unknown keys with the nearest known one. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  input: unknown,
  prefix: readonly PropertyKey[] = [],
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => {
        const meant = nearest(key, known);
        const hint = meant === undefined ? `known keys here are ${known.join(", ")}` : `did you mean '${meant}'?`;
        return { path: [...path, key].join("."), message: `is not a known key; ${hint}` };
      });
    }
    if (issue.code === "invalid_union") {
      // The alternative that went furthest into the value is the one that was meant.
      const alternatives = issue.errors.map((errors) => problemsOf(errors, schema, input, path));
      const depth = (problems: readonly Problem[]) => Math.max(0, ...problems.map((p) => p.path.split(".").length));
      const deepest = alternatives.sort((a, b) => depth(b) - depth(a))[0];
      if (deepest !== undefined && depth(deepest) > path.length) return deepest;
      const words = issue.errors.flatMap((errors) =>
        errors.flatMap((error) => (error.code === "invalid_value" ? error.values.map(String) : [])),
      );
      const keys = keysAt(schema, path);
      const allowed = [...words, ...(keys.length > 0 ? [`{${keys.join(", ")}}`] : [])].join(", ");
      return [{ path: path.join("."), message: `must be one of ${allowed}, got ${show(valueAt(input, path))}` }];
    }
    const meta = (node: unknown) => (node as { meta?: () => unknown }).meta?.();
    return [{ path: path.join("."), message: describe(issue, valueAt(input, path), unitAt(schema, path, meta)) }];
  });
}
