import { factTags, tagged, type Graph, type GraphResource } from "../graph";
import { labelText } from "../label-text";
import type { Judgement, Rule } from "../rule";
import { bad, judgedBy, type Sight } from "../sights";
import { keepersOf, keptIn } from "../stores";

const told = ["zone", "owner", "cell", "tenant"] as const;

/** Tags that say something else than the components a store belongs to. */
function contradictions(graph: Graph, resource: GraphResource): Sight[] {
  const stated = graph.statedOf(resource);
  const tags = tagged(resource);
  return told.flatMap((fact) => {
    const [says, tag] = [stated[fact], tags[fact]];
    if (says === undefined || tag === undefined || labelText(says) === tag) return [];
    return [
      bad(
        `its tag ${factTags[fact]} says ${tag}, and what it belongs to says ${says}`,
        `leave ${factTags[fact]} to the component`,
      ),
    ];
  });
}

/** Every store has a class, a zone and an owner. */
export const d02: Rule = {
  id: "B-D02",
  severity: "critical",
  statement: "Every store is classified and owned.",
  proof: "the facts that a store's own tags and the components it belongs to state, which have to agree",
  judge: (graph) =>
    keepersOf(graph).map((resource): Judgement => {
      const { zone, owner } = graph.factsOf(resource);
      const dataClasses = keptIn(graph, resource);
      const missing = Object.entries({ zone, owner, "data class": dataClasses })
        .filter(([, value]) => value === undefined)
        .map(([name]) => name);
      const contradicting = contradictions(graph, resource);
      if (contradicting.length > 0) return judgedBy(resource.urn, contradicting);
      if (missing.length === 0)
        return {
          of: resource.urn,
          verdict: "holds",
          because: `zone ${zone ?? ""}, owner ${owner ?? ""}, ${dataClasses?.join(", ") ?? ""}`,
        };
      return {
        of: resource.urn,
        verdict: "broken",
        because: `nothing says its ${missing.join(", ")}`,
        fix: "make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
      };
    }),
};
