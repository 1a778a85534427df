import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Problem } from "../../errors";

interface Node {
  readonly def?: {
    readonly type?: string;
    readonly innerType?: Node;
    readonly options?: readonly Node[];
    readonly element?: Node;
    readonly valueType?: Node;
    readonly keyType?: { readonly def?: { readonly entries?: Readonly<Record<string, string>> } };
  };
  readonly shape?: Readonly<Record<string, Node>>;
  readonly meta?: () => unknown;
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
  if (head === undefined) return Object.keys(node.shape ?? node.def?.keyType?.def?.entries ?? {});
  const next = node.shape?.[String(head)] ?? node.def?.element ?? node.def?.valueType;
  return next === undefined ? [] : keysAt(next, rest);
}

/** The known word that was most likely meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
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

/** Whether one of two dotted paths leads to the other's value, or into it. */
const touches = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);

/** Collects problems under dotted paths. */
export class Problems {
  readonly list: Problem[] = [];
  /** @param malformed paths of values that could not be read: nothing is concluded from their absence */
  constructor(private readonly malformed: ReadonlySet<string> = new Set()) {}

  /** Whether a value was given, of which at least a part could not be read. */
  unreadable(path: string): boolean {
    return [...this.malformed].some((each) => touches(each, path));
  }

  /** @param because paths of other values the problem follows from */
  add(path: string, message: string, ...because: string[]): void {
    if (![path, ...because].some((each) => this.unreadable(each))) this.list.push({ path, message });
  }
}

/** What stands in a config where a value is encrypted. */
export const encrypted = "[encrypted]";

const secretWords = /secret|passw|token|credential|private|api_?key|access_?key|license/i;
const secretTexts = /PRIVATE KEY|:\/\/[^/\s]*@/;

function hidden(value: unknown): unknown {
  if (typeof value === "string") return value !== encrypted && secretTexts.test(value) ? "[hidden]" : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(hidden);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, secretWords.test(key) ? "[hidden]" : hidden(inner)]),
  );
}

/**
 * A value as it is shown in a message: short, and never that of a secret.
 *
 * @param path where it stands; a value below a key that speaks of secrets is not shown, whatever it is
 */
export function show(value: unknown, path = ""): string {
  if (value === undefined) return "nothing";
  if (secretWords.test(path)) return "a value that is not shown here";
  const written = JSON.stringify(hidden(value));
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}

/** The end of a message on a word that is not known: what was meant, or else everything that is known. */
function hintFor(word: string, known: readonly string[], all: string): string {
  const meant = nearest(word, known);
  return meant === undefined ? `${all} ${known.join(", ")}` : `did you mean '${meant}'?`;
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

/** What the schema says about a value beyond its type. */
interface Meta {
  readonly unit?: string;
  readonly examples?: readonly unknown[];
}

function ofType(expected: string, unit: string | undefined): string {
  return `${nouns[expected] ?? expected}${unit === undefined ? "" : ` of ${unit}`}`;
}

/** A number that was written as a text, with or without a unit. */
function notANumber(got: string, expected: string, path: string, unit: string | undefined): string {
  const number = Number.parseFloat(got);
  const start = `must be ${ofType(expected, unit)}${unit === undefined ? "" : ", without a unit"}, got ${show(got, path)}`;
  if (!Number.isFinite(number) || secretWords.test(path)) return start;
  const rest = got.trim().slice(String(number).length).trim();
  if (rest === "") return `${start}; write ${number} without quotes`;
  return rest.toLowerCase() === unit?.toLowerCase() ? `${start}; write ${number}` : `${start}; give the number alone`;
}

function describe(issue: z.core.$ZodIssue, got: unknown, path: string, { unit, examples }: Meta): string {
  const ofUnit = unit === undefined ? "" : ` of ${unit}`;
  switch (issue.code) {
    case "invalid_type": {
      const example = examples?.[0] === undefined ? "" : `, such as ${JSON.stringify(examples[0])}`;
      if (got === undefined) return `is missing; give ${ofType(issue.expected, unit)}${example}`;
      if (typeof got === "string" && (issue.expected === "number" || issue.expected === "int"))
        return notANumber(got, issue.expected, path, unit);
      return `must be ${ofType(issue.expected, unit)}${example}, got ${show(got, path)}`;
    }
    case "invalid_value":
      return got === undefined
        ? `is missing; give one of ${issue.values.map(String).join(", ")}`
        : `must be one of ${issue.values.map(String).join(", ")}, got ${show(got, path)}`;
    case "too_small":
      if (issue.origin === "string" || (issue.origin === "array" && issue.minimum === 1)) return "must not be empty";
      return `must be ${issue.inclusive === false ? "more than" : "at least"} ${String(issue.minimum)}${ofUnit}, got ${show(got, path)}`;
    case "too_big":
      return `must be at most ${String(issue.maximum)}${ofUnit}, got ${show(got, path)}`;
    case "invalid_key": {
      const [inner] = issue.issues as readonly z.core.$ZodIssue[];
      const known = inner?.code === "custom" ? (inner.params?.["known"] as readonly string[] | undefined) : undefined;
      const key = String(issue.path.at(-1));
      return known === undefined
        ? (inner?.message ?? "is not a key that is allowed here")
        : `is not a service of Sourcegraph; ${hintFor(key, known, "services are")}`;
    }
    default:
      return `${issue.message}, got ${show(got, path)}`;
  }
}

function metaAt(schema: Node, path: readonly PropertyKey[]): Meta {
  const node = nodeAt(schema, path);
  let meta: Meta = {};
  for (let current = node; current !== undefined; current = current.def?.innerType)
    meta = { ...(current.meta?.() as Meta | undefined), ...meta };
  return meta;
}

/** The schema of the value at a path, through all alternatives. */
function nodeAt(schema: Node, path: readonly PropertyKey[]): Node | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return schema;
  const node = unwrap(schema);
  for (const option of node.def?.options ?? []) {
    const found = nodeAt(option, path);
    if (found !== undefined) return found;
  }
  const next = node.shape?.[String(head)] ?? node.def?.element ?? node.def?.valueType;
  return next === undefined ? undefined : nodeAt(next, rest);
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
    const dotted = path.join(".");
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => {
        const hint = hintFor(key, known, "known keys here are");
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
      return [{ path: dotted, message: `must be one of ${allowed}, got ${show(valueAt(input, path), dotted)}` }];
    }
    return [{ path: dotted, message: describe(issue, valueAt(input, path), dotted, metaAt(schema, path)) }];
  });
}
