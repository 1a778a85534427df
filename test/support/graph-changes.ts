import { boundaryOf, Graph, type GraphResource } from "../../components/core/rules/graph";
import type { BoundaryFacts, DeclaredEdge } from "../../components/core/rules/facts";

type Inputs = Readonly<Record<string, unknown>>;

/** A copy with the value at a path set, or removed where it is undefined. Lists are gone into by index. */
export function withValue(value: unknown, path: string, to: unknown): unknown {
  const [head = "", ...rest] = path.split(".");
  if (Array.isArray(value)) {
    const copy: unknown[] = [...(value as readonly unknown[])];
    copy[Number(head)] = rest.length === 0 ? to : withValue(copy[Number(head)], rest.join("."), to);
    return copy.filter((each) => each !== undefined);
  }
  const object = (typeof value === "object" && value !== null ? value : {}) as Inputs;
  const changed = rest.length === 0 ? to : withValue(object[head], rest.join("."), to);
  const others = Object.fromEntries(Object.entries(object).filter(([key]) => key !== head));
  return changed === undefined ? others : { ...others, [head]: changed };
}

/** The same resource with an input changed; what it was made from goes with it. */
export function changed(resource: GraphResource, path: string, to: unknown): GraphResource {
  const [input = ""] = path.split(".");
  const refers = Object.fromEntries(Object.entries(resource.refers).filter(([key]) => key !== input));
  return { ...resource, inputs: withValue(resource.inputs, path, to) as Inputs, refers };
}

/** The graph with one resource as given, or without it. */
export function replaced(graph: Graph, by: GraphResource | { readonly gone: string }): Graph {
  const resources =
    "gone" in by
      ? graph.resources.filter(({ urn }) => urn !== by.gone)
      : graph.resources.map((each) => (each.urn === by.urn ? by : each));
  return new Graph(resources, graph.neighbours);
}

/** The graph with one resource more, made by hand below another. */
export function added(
  graph: Graph,
  resource: Pick<GraphResource, "type" | "name" | "inputs"> & Partial<GraphResource>,
): Graph {
  const urn = `urn:pulumi:plan::sourcegraph::${resource.type}::${resource.name}`;
  return new Graph(
    [...graph.resources, { urn, refers: {}, protected: false, retained: false, ...resource }],
    graph.neighbours,
  );
}

/** The graph in which every component states facts as told by a function. */
export function restated(
  graph: Graph,
  change: (facts: BoundaryFacts, of?: string) => BoundaryFacts,
  ofEdges: (edges: readonly DeclaredEdge[]) => readonly DeclaredEdge[] = (edges) => edges,
): Graph {
  const resources = graph.resources.map((resource): GraphResource => {
    const boundary = boundaryOf(resource);
    if (boundary === undefined) return resource;
    const children = Object.fromEntries(
      Object.entries(boundary.children ?? {}).map(([of, facts]) => [of, change(facts, of)]),
    );
    return {
      ...resource,
      inputs: {
        ...resource.inputs,
        boundary: { ...boundary, facts: change(boundary.facts), children, edges: ofEdges(boundary.edges ?? []) },
      },
    };
  });
  return new Graph(resources, graph.neighbours);
}
