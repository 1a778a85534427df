import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { problemInLine } from "../components/core/errors";
import { judgeAlone } from "../components/core/rules/alone";
import {
  exceptionProblems,
  judgeGraph,
  problemOf,
  refuses,
  type Finding,
  type RuleException,
} from "../components/core/rules/engine";
import type { Rule } from "../components/core/rules/rule";
import { SeenResources } from "./resources";
import { settingsSchema, type PackSettings } from "./settings";

/** A policy that judges each resource before it is made, and all of them at the end. */
type Policy = ResourceValidationPolicy & StackValidationPolicy;

/** What is known of the run of the engine that the pack is started for. */
class Run {
  readonly seen = new SeenResources();
  exceptions: readonly RuleException[] = [];
  private readonly told = new Set<string>();

  constructor(readonly today: string) {}

  configure({ exceptions = [], ...rest }: PackSettings): void {
    this.exceptions = exceptions;
    this.seen.configure(rest);
  }

  /** Reports what has not been reported: what stops a resource needs no second line when the whole stack is judged. */
  report(finding: Finding, report: (message: string, urn?: string) => void): void {
    const words = problemInLine(problemOf(finding));
    if (this.told.has(`${finding.of} ${words}`)) return;
    this.told.add(`${finding.of} ${words}`);
    report(words, finding.of.startsWith("urn:") ? finding.of : undefined);
  }
}

const unsettled =
  "cannot tell secrets from other values, so nothing is judged; leave the enforcement level of policy boundaries at remediate";

/**
 * What every other policy needs: it comes first, keeps what it is shown, and holds the exceptions against their days. The
 * engine shows secrets as such only to what may remediate; it changes nothing.
 */
function settingsPolicy(run: Run, rules: readonly Rule[]): Policy {
  return {
    name: "boundaries",
    description: "The settings of this pack are sound.",
    enforcementLevel: "remediate",
    severity: "critical",
    configSchema: settingsSchema,
    remediateResource: (shown) => {
      run.configure(shown.getConfig<PackSettings>());
      run.seen.keep(shown);
      return undefined;
    },
    validateResource: ({ urn }, report) => {
      if (run.seen.find(urn) === undefined) report(unsettled);
    },
    validateStack: (stack, report) => {
      run.configure(stack.getConfig<PackSettings>());
      for (const problem of exceptionProblems(run.exceptions, rules, run.today)) report(problemInLine(problem));
    },
  };
}

function rulePolicy(run: Run, rule: Rule): Policy {
  return {
    name: rule.id,
    description: rule.statement,
    severity: rule.severity,
    validateResource: ({ urn }, report) => {
      const resource = run.seen.find(urn);
      if (resource === undefined || rule.alone !== true) return;
      for (const finding of judgeAlone(resource, run.seen.above(resource), [rule], run.exceptions, run.today))
        run.report(finding, report);
    },
    validateStack: ({ resources }, report) => {
      const graph = run.seen.graph(resources);
      for (const finding of judgeGraph(graph, [rule], run.exceptions, run.today).findings)
        if (refuses(finding)) run.report(finding, report);
    },
  };
}

/**
 * One policy for each rule, and one for what all of them need.
 *
 * @param today day against which exceptions are held, such as 2026-11-21
 */
export function boundaryPolicies(rules: readonly Rule[], today: string): Policies {
  const run = new Run(today);
  return [settingsPolicy(run, rules), ...rules.map((rule) => rulePolicy(run, rule))];
}
