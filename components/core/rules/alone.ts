import { judgeGraph, refuses, type Finding, type RuleException } from "./engine";
import { Graph, type GraphResource } from "./graph";
import type { Rule } from "./rule";

/**
 * What is broken of one resource whatever comes beside it, in the words that the whole graph gives. Nothing is told of what
 * it only cannot be shown, since the rest of the graph may show it.
 *
 * @param above what it belongs to, outermost first
 * @param today day against which exceptions are held; "" where nobody knows it, and every exception counts
 */
export function judgeAlone(
  resource: GraphResource,
  above: readonly GraphResource[],
  rules: readonly Rule[],
  exceptions: readonly RuleException[],
  today: string,
): Finding[] {
  const own = rules.filter(({ alone }) => alone === true);
  const broken = (resources: readonly GraphResource[]): Finding[] =>
    judgeGraph(new Graph(resources), own, exceptions, today).findings.filter(
      (finding) => finding.verdict === "broken" && refuses(finding),
    );
  const already = new Set(broken(above).map(({ rule, of }) => `${rule} ${of}`));
  return broken([...above, resource]).filter(({ rule, of }) => !already.has(`${rule} ${of}`));
}
