import type { BoundaryFacts, DeclaredEdge } from "../facts";
import { endOf } from "../edges";
import { boundaryOf } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";

/** A connection or a right in words, without the zone that merging takes away. */
function text(edge: DeclaredEdge, by: BoundaryFacts): string | undefined {
  if (edge.kind !== "connects" && edge.kind !== "issues") return undefined;
  const ends = `${endOf(edge.from, by).service} to ${endOf(edge.to, by).service}`;
  if (edge.kind === "issues") return `${ends} with ${edge.scope}`;
  const { port, credential = "none", contract } = edge;
  return [
    ends,
    ...(port === undefined ? [] : [`at ${port}`]),
    `showing ${credential}`,
    ...(contract === undefined ? [] : [`for ${contract}`]),
  ].join(" ");
}

function textsOf(edges: readonly DeclaredEdge[], by: BoundaryFacts): Set<string> {
  return new Set(edges.flatMap((edge) => text(edge, by) ?? []));
}

function difference(here: ReadonlySet<string>, apart: ReadonlySet<string>): Sight[] {
  return [
    ...[...here]
      .filter((each) => !apart.has(each))
      .map((each) => bad(`${each} is not there where zones are apart`, "let it go the way it goes there")),
    ...[...apart]
      .filter((each) => !here.has(each))
      .map((each) =>
        bad(`${each} is missing, which is there where zones are apart`, "let it go the way it goes there"),
      ),
  ];
}

/** Merged zones speak to each other as they do apart. */
export const o03: Rule = {
  id: "B-O03",
  severity: "high",
  alone: true,
  statement: "Merging deployments does not merge contracts.",
  proof: "connections and rights of the monolith against those that the same services have apart",
  judge: (graph) =>
    graph.resources.flatMap((resource) => {
      const boundary = boundaryOf(resource);
      if (boundary?.facts.zone !== "dev-monolith") return [];
      const { edges = [], apart, facts } = boundary;
      if (apart === undefined)
        return [
          judgedBy(resource.urn, [unseen("nothing states the edges that its services have apart", "state apart")]),
        ];
      const here = textsOf(edges, facts);
      const sights = difference(here, textsOf(apart, facts));
      return [judgedBy(resource.urn, sights.length === 0 ? [good(`${here.size} edges, as apart`)] : sights)];
    }),
};
