import { secretValue, unknownValue, valueAt } from "./graph";
import type { Judgement } from "./rule";

/** What one thing that is looked at shows of a rule. */
export type Sight = Pick<Judgement, "verdict" | "because" | "fix">;

/** Something that is as it has to be. */
export function good(because: string): Sight {
  return { verdict: "holds", because };
}

/** Something that is not. */
export function bad(because: string, fix: string): Sight {
  return { verdict: "broken", because, fix };
}

/** Something that cannot be seen. */
export function unseen(because: string, fix: string): Sight {
  return { verdict: "unproven", because, fix };
}

/** One judgement of everything that was looked at of a resource: the worst counts, and all of the worst are told. */
export function judgedBy(of: string, sights: readonly Sight[]): Judgement {
  const verdict =
    (["broken", "unproven"] as const).find((each) => sights.some((sight) => sight.verdict === each)) ?? "holds";
  const told = sights.filter((sight) => sight.verdict === verdict);
  const unique = (texts: readonly string[]): string => [...new Set(texts)].join(" and ");
  const fixes = told.flatMap(({ fix }) => fix ?? []);
  return {
    of,
    verdict,
    because: unique(told.map(({ because }) => because)),
    ...(fixes.length === 0 ? {} : { fix: unique(fixes) }),
  };
}

/** Whether a value cannot be seen before the deployment, or never. */
export function isHidden(value: unknown): boolean {
  return value === unknownValue || value === secretValue;
}

/** Whether a value, or anything in it, cannot be seen. */
export function hasHidden(value: unknown): boolean {
  if (isHidden(value)) return true;
  return value !== null && typeof value === "object" && Object.values(value).some(hasHidden);
}

/** A value in words. */
export function inText(value: unknown): string {
  if (value === unknownValue) return "known only after the deployment";
  if (value === secretValue) return "a secret";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** The texts of the list at a path. */
export function textsAt(value: unknown, path: string): string[] {
  return listAt(value, path).filter((each): each is string => typeof each === "string");
}

/** What a property has to be. */
export interface Wanted {
  /** Values that are right, or what tells them. */
  readonly is: readonly unknown[] | ((value: unknown) => boolean);
  /** The smallest change. */
  readonly fix: string;
  /** What counts where it is not set. */
  readonly byDefault?: unknown;
}

/** What a property shows. */
export function property(inputs: unknown, path: string, { is, fix, byDefault }: Wanted): Sight {
  const given = valueAt(inputs, path) ?? undefined;
  const value = given ?? byDefault;
  if (isHidden(value)) return unseen(`${path} is ${inText(value)}`, fix);
  const right = typeof is === "function" ? is(value) : is.includes(value);
  if (given === undefined)
    return right
      ? good(`${path} is not set${byDefault === undefined ? "" : `, which means ${inText(byDefault)}`}`)
      : bad(`${path} is not set${byDefault === undefined ? "" : `, which means ${inText(byDefault)}`}`, fix);
  return right ? good(`${path} is ${inText(given)}`) : bad(`${path} is ${inText(given)}`, fix);
}
