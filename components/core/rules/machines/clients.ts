import { appliesTo } from "../applicability";
import { connectionsOf, endOf, type Connection, type EdgeEnd } from "../edges";
import type { BoundaryFacts, IssuesEdge } from "../facts";
import type { Graph } from "../graph";

/** A right of one service at another, with the zones of both. */
export interface ClientGrant {
  readonly edge: IssuesEdge;
  readonly by: BoundaryFacts;
  readonly from: EdgeEnd;
  readonly to: EdgeEnd;
}

/** Every right of a client that is stated. */
export function clientGrantsOf(graph: Graph): ClientGrant[] {
  return graph.stated.flatMap(({ edge, by }): ClientGrant[] =>
    edge.kind === "issues" ? [{ edge, by, from: endOf(edge.from, by), to: endOf(edge.to, by) }] : [],
  );
}

/** An end of an edge in words. */
export function endText({ zone, service }: EdgeEnd): string {
  return zone === undefined ? service : `${zone}/${service}`;
}

/** A right in words, by which a judgement of it is known. */
export function grantText({ from, to, edge: { scope } }: ClientGrant): string {
  return `${endText(from)} to ${endText(to)} with ${scope}`;
}

/** Whether both ends are the same service. */
export function sameEnd(a: EdgeEnd, b: EdgeEnd): boolean {
  return a.service === b.service && a.zone === b.zone;
}

/** Whether a rule is about one of the ends. */
export function concerns(rule: string, ends: { readonly from: EdgeEnd; readonly to: EdgeEnd }): boolean {
  const zones = [ends.from.zone, ends.to.zone].filter((zone) => zone !== undefined);
  return zones.length === 0 ? appliesTo(rule, {}) : zones.some((zone) => appliesTo(rule, { zone }));
}

/** Connections of machines from one zone to another that a rule is about. */
export function crossingsOf(graph: Graph, rule: string): Connection[] {
  return connectionsOf(graph).filter(
    ({ edge, from, to }) =>
      from.zone !== undefined &&
      to.zone !== undefined &&
      from.zone !== to.zone &&
      edge.plane !== "human" &&
      edge.plane !== "end-user" &&
      concerns(rule, { from, to }),
  );
}

/**
 * First segment of the scopes that a service honours.
 *
 * @param published what its public facts say of one that is neither here nor in a manifest
 */
export function scopeNameOf(graph: Graph, { zone, service }: EdgeEnd, published?: string): string {
  const known = [
    ...graph.resources.map((resource) => graph.factsOf(resource)),
    ...graph.neighbours.map(({ facts }) => facts),
  ];
  const stated = known.find(
    (facts) => facts.service === service && facts.zone === zone && facts.scopeName !== undefined,
  )?.scopeName;
  return stated ?? published ?? service.replaceAll("-", "_");
}
