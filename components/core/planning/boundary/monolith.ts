import type { Boundary, DeclaredEdge } from "../../rules/facts";
import type { Specification } from "../config/specified";
import { adminEdges, apartNames, mergedNames, supportEdges, supportServices } from "./admin-edges";
import { instanceFacts } from "./facts";

/**
 * Edges of an instance to the support services, with those it has where zones are apart where they are merged here.
 *
 * @param own edges within the instance
 */
export function instanceEdges(
  specification: Specification,
  own: readonly DeclaredEdge[],
): Pick<Boundary, "edges" | "apart"> {
  const merged = specification.boundaries.zone === "dev-monolith";
  const edges = [...own, ...adminEdges(specification, merged ? mergedNames : apartNames)];
  return merged ? { edges, apart: [...own, ...adminEdges(specification, apartNames)] } : { edges };
}

/** What the stand-ins of the support services of a monolith state together: their calls, as they are apart. */
export function monolithBoundary(specification: Specification): Boundary {
  return {
    facts: instanceFacts(specification),
    edges: supportEdges(mergedNames),
    apart: supportEdges(apartNames),
  };
}

/** What the stand-in of each support service states, by its name. */
export function standInBoundaries(specification: Specification): Readonly<Record<string, Boundary>> {
  const { settings: _settings, ...facts } = instanceFacts(specification);
  return Object.fromEntries(
    supportServices.map(({ name, scopeName }) => [
      name,
      {
        facts: {
          ...facts,
          service: name,
          plane: "machine",
          ...(scopeName === undefined ? {} : { scopeName }),
        },
        edges: [],
        apart: [],
      },
    ]),
  );
}
