import { zones, type BoundaryFacts, type ConnectsEdge, type Zone } from "./facts";
import type { Graph } from "./graph";

/** One end of an edge. */
export interface EdgeEnd {
  /** Zone it names, else that of who states the edge. */
  readonly zone?: Zone;
  readonly service: string;
}

/** What an end such as `admin/cody-gateway` or `worker` names. */
export function endOf(end: string, { zone }: BoundaryFacts): EdgeEnd {
  const slash = end.indexOf("/");
  const named = zones.find((each) => each === end.slice(0, slash));
  if (named !== undefined) return { zone: named, service: end.slice(slash + 1) };
  return { ...(zone === undefined ? {} : { zone }), service: end };
}

/** A connection with the zones of both ends. */
export interface Connection {
  readonly edge: ConnectsEdge;
  /** What is known of who states it. */
  readonly by: BoundaryFacts;
  readonly from: EdgeEnd;
  readonly to: EdgeEnd;
}

/** Every connection that is stated. */
export function connectionsOf(graph: Graph): Connection[] {
  return graph.stated.flatMap(({ edge, by }): Connection[] =>
    edge.kind === "connects" ? [{ edge, by, from: endOf(edge.from, by), to: endOf(edge.to, by) }] : [],
  );
}

/** A connection in words, by which a judgement of it is known. */
export function inWords({ from, to, edge: { port } }: Connection): string {
  const end = ({ zone, service }: EdgeEnd): string => (zone === undefined ? service : `${zone}/${service}`);
  return `${end(from)} to ${end(to)}${port === undefined ? "" : ` at ${port}`}`;
}
