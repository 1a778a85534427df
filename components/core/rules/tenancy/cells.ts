import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { boundaryOf, type Graph, type GraphResource } from "../graph";

/** Resources of a cell that a rule is about. */
export function inCells(graph: Graph, rule: string): GraphResource[] {
  return graph.resources.filter((resource) => {
    const facts = graph.factsOf(resource);
    return facts.cell !== undefined && appliesTo(rule, facts);
  });
}

/** Components that are a cell themselves, not a part of one. */
export function cellsOf(
  graph: Graph,
  rule: string,
): { readonly resource: GraphResource; readonly facts: BoundaryFacts }[] {
  return inCells(graph, rule).flatMap((resource) => {
    const own = boundaryOf(resource)?.facts;
    if (own?.cell === undefined || own.tenant !== undefined || own.service !== undefined) return [];
    return [{ resource, facts: graph.factsOf(resource) }];
  });
}

/** Components that are a tenant themselves. */
export function tenantsOf(
  graph: Graph,
  rule: string,
): { readonly resource: GraphResource; readonly facts: BoundaryFacts }[] {
  return graph.resources.flatMap((resource) => {
    const facts = graph.factsOf(resource);
    return boundaryOf(resource)?.facts.tenant === undefined || !appliesTo(rule, facts) ? [] : [{ resource, facts }];
  });
}

/** Days that anything of a tenant who left may be kept in a backup; undefined where no term is stated. */
export function keptDays({ cellTerms }: BoundaryFacts): number | undefined {
  if (cellTerms?.offboardingDays === undefined) return undefined;
  return cellTerms.offboardingDays - (cellTerms.graceDays ?? 0);
}
