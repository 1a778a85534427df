import type { Judgement, Rule } from "../rule";
import { keepersOf, keptIn } from "../stores";

/** Every store has a class, a zone and an owner. */
export const d02: Rule = {
  id: "B-D02",
  severity: "critical",
  alone: true,
  statement: "Every store is classified and owned.",
  proof: "the facts that a store's own tags or the components it belongs to state",
  judge: (graph) =>
    keepersOf(graph).map((resource): Judgement => {
      const { zone, owner } = graph.factsOf(resource);
      const dataClasses = keptIn(graph, resource);
      const missing = Object.entries({ zone, owner, "data class": dataClasses })
        .filter(([, value]) => value === undefined)
        .map(([name]) => name);
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
