import { appliesTo } from "../applicability";
import type { BoundaryFacts, RefersEdge } from "../facts";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";

function sightOf(graph: Graph, { output, secret, to, zone }: RefersEdge): Sight {
  const fix = "read what the manifest of that stack publishes";
  if (secret) return bad(`${output} of zone ${zone ?? "unknown"} is a secret`, fix);
  const manifest = graph.neighbours.find(({ stack }) => stack === to);
  if (manifest === undefined) return unseen(`there is no manifest of ${to}`, `give the manifest of ${to}`);
  return manifest.publishes?.includes(output) === true
    ? good(`${to} publishes ${output}`)
    : bad(`${to} does not publish ${output}`, fix);
}

const crosses = ({ zone }: RefersEdge, by: BoundaryFacts): boolean => zone !== undefined && zone !== by.zone;

/** Stacks of other zones tell only what is public. */
export const x04: Rule = {
  id: "B-X04",
  severity: "high",
  alone: true,
  statement: "References between stacks of two zones carry only what is public.",
  proof: "every output that is read from a stack of another zone, and what that stack's manifest publishes",
  judge: (graph) =>
    graph.stated.flatMap(({ edge, by }) =>
      edge.kind === "refers" && crosses(edge, by) && (appliesTo("B-X04", by) || appliesTo("B-X04", edge))
        ? [judgedBy(`${edge.from} reads ${edge.output} of ${edge.to}`, [sightOf(graph, edge)])]
        : [],
    ),
};
