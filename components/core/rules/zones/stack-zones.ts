import type { Zone } from "../facts";
import { boundaryOf, type Graph, type GraphResource } from "../graph";

/** Zones that components of this program state; the identity zone is part of the admin zone and counts as that. */
export function stackZonesOf(graph: Graph): Zone[] {
  const stated = graph.resources.flatMap((resource) => boundaryOf(resource)?.facts.zone ?? []);
  return [...new Set(stated.map((zone) => (zone === "identity" ? "admin" : zone)))].sort();
}

/** Components that state a zone. */
export function zoneComponentsOf(graph: Graph): GraphResource[] {
  return graph.resources.filter((resource) => boundaryOf(resource)?.facts.zone !== undefined);
}

/** Whether zones are merged here, which only development may. */
export function isMerged(graph: Graph): boolean {
  const zones = stackZonesOf(graph);
  return zones.length > 1 || zones.includes("dev-monolith");
}
