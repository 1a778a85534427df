import type { StoredClass } from "../facts";
import type { Judgement, Rule } from "../rule";
import { keepersOf, keptIn, storeKindOf } from "../stores";

const allowed: readonly StoredClass[] = ["configuration", "operational", "identity", "secret"];

/** The admin zone holds no user data. */
export const d01: Rule = {
  id: "B-D01",
  severity: "critical",
  absolute: true,
  alone: true,
  statement: "The admin zone holds no user data and no public code.",
  proof: "the data classes of every store of the zone, and what exists only to hold content",
  judge: (graph) =>
    keepersOf(graph).flatMap((resource): Judgement[] => {
      const { zone } = graph.factsOf(resource);
      const dataClasses = keptIn(graph, resource) ?? [];
      if (zone !== "admin") return [];
      const wrong = dataClasses.filter((dataClass) => !allowed.includes(dataClass));
      if (storeKindOf(resource)?.content === true)
        return [
          {
            of: resource.urn,
            verdict: "broken",
            because: `a ${resource.type} exists only to hold content, and is in zone admin`,
            fix: "remove it, or deploy it in the zone of the data",
          },
        ];
      if (wrong.length > 0)
        return [
          {
            of: resource.urn,
            verdict: "broken",
            because: `it holds ${wrong.join(", ")} in zone admin`,
            fix: "keep that data in the zone it comes from",
          },
        ];
      return [{ of: resource.urn, verdict: "holds", because: `it holds ${dataClasses.join(", ") || "nothing"}` }];
    }),
};
