import { RefusedError, type Problem } from "../errors";
import { Graph } from "./graph";
import type { Judgement, Rule, Severity } from "./rule";

/** Permission to break a rule for one resource, until a day. */
export interface RuleException {
  /** Id of the rule. */
  readonly rule: string;
  /** Name or URN of the resource. */
  readonly resource: string;
  /** Why. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day it counts, such as 2027-01-31. */
  readonly expires: string;
}

/** A judgement with the rule it is of, and the exception that covers it. */
export interface Finding extends Judgement {
  readonly rule: string;
  readonly severity: Severity;
  readonly statement: string;
  /** Present where it is broken or unproven, and somebody answers for that. */
  readonly exception?: RuleException;
}

/** What the rules say about a graph. */
export interface Verdicts {
  /** Every judgement, by rule and resource. */
  readonly findings: readonly Finding[];
  /** Why it must not be deployed; empty where it may. */
  readonly problems: readonly Problem[];
}

function covers(exception: RuleException, rule: string, { of }: Judgement): boolean {
  return exception.rule === rule && (exception.resource === of || of.endsWith(`::${exception.resource}`));
}

/** What is wrong with the exceptions themselves. */
export function exceptionProblems(
  exceptions: readonly RuleException[],
  rules: readonly Rule[],
  today: string,
): Problem[] {
  return exceptions.flatMap(({ rule: id, resource, expires, owner }, index): Problem[] => {
    const path = `exceptions[${index}]`;
    const rule = rules.find((candidate) => candidate.id === id);
    if (rule === undefined) return [{ path, message: `names rule ${id}, which there is not` }];
    if (rule.absolute === true)
      return [{ path, message: `is for rule ${id}, of which there is no exception: ${rule.statement}; remove it` }];
    if (!/^\d{4}-\d{2}-\d{2}$/.test(expires))
      return [{ path, message: `must end on a day such as 2027-01-31, got ${expires}` }];
    if (expires < today)
      return [
        {
          path,
          message: `for rule ${id} at ${resource} ended on ${expires}; make the rule hold, or have ${owner} give it a new day`,
        },
      ];
    return [];
  });
}

/** Whether a finding speaks against a deployment. */
export function refuses({ verdict, severity, exception }: Finding): boolean {
  if (exception !== undefined) return false;
  return verdict === "broken" || (verdict === "unproven" && severity === "critical");
}

/** The last part of a URN, by which people know a resource. */
export function nameOf(of: string): string {
  return of.startsWith("urn:") ? (of.split("::").at(-1) ?? of) : of;
}

/** A finding in the words that every door uses. */
export function problemOf({ rule, of, because, fix, verdict }: Finding): Problem {
  const found = verdict === "unproven" ? `cannot be shown to hold: ${because}` : because;
  return { path: nameOf(of), message: `breaks ${rule}: ${found}${fix === undefined ? "" : `; ${fix}`}` };
}

/** Resources by name: the engine registers them in whatever order values become known. */
export function inOrder({ resources, neighbours }: Graph): Graph {
  const orders = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return new Graph(
    [...resources].sort((a, b) => orders(a.name, b.name) || orders(a.urn, b.urn)),
    neighbours,
  );
}

/**
 * Judges a graph by rules. Deterministic: the same resources give the same text, in whatever order they were registered.
 *
 * @param today day against which exceptions are held, such as 2026-11-21
 */
export function judgeGraph(
  graph: Graph,
  rules: readonly Rule[],
  exceptions: readonly RuleException[],
  today: string,
): Verdicts {
  const ordered = inOrder(graph);
  const findings = rules.flatMap((rule) =>
    [...rule.judge(ordered)]
      .sort((a, b) => (a.of < b.of ? -1 : a.of > b.of ? 1 : 0))
      .map((judgement): Finding => {
        const exception =
          judgement.verdict === "holds" || rule.absolute === true
            ? undefined
            : exceptions.find((each) => each.expires >= today && covers(each, rule.id, judgement));
        const { id, severity, statement } = rule;
        return { rule: id, severity, statement, ...judgement, ...(exception === undefined ? {} : { exception }) };
      }),
  );
  const problems = [...exceptionProblems(exceptions, rules, today), ...findings.filter(refuses).map(problemOf)];
  return { findings, problems };
}

/**
 * Refuses a graph that breaks a rule.
 *
 * @throws RefusedError with rule, resource, what shows it and the smallest fix, for everything at once
 */
export function refuseBroken({ problems }: Verdicts): void {
  if (problems.length > 0) throw new RefusedError(problems, "refused by the rules of the boundaries");
}
