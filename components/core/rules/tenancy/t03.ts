import type { BoundaryFacts, Tenancy } from "../facts";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { storesOf, type Store } from "../stores";
import { inCells, tenantsOf } from "./cells";

/** Grades of stores that are enough for a tenant's tier; a byok tenant's are under a key of its own. */
const enough: Readonly<Record<Tenancy, readonly Tenancy[]>> = {
  single: ["single", "dedicated", "byok"],
  pooled: ["pooled", "isolated", "dedicated", "byok"],
  isolated: ["isolated", "dedicated", "byok"],
  dedicated: ["dedicated", "byok"],
  byok: ["byok"],
};

/** Kinds of stores that a tenant of a cell for many has for itself; the disks are everybody's. */
const ownKinds: readonly string[] = ["relational", "object"];

function userStores(graph: Graph): Store[] {
  const judged = inCells(graph, "B-T03");
  return storesOf(graph).filter(
    ({ resource }) => judged.includes(resource) && graph.factsOf(resource).dataClasses?.includes("user-data") === true,
  );
}

function ofTenant(graph: Graph, { cell, tenant = "", tenancy }: BoundaryFacts): Sight[] {
  if (tenancy === undefined) return [bad("nothing states its tier", "state tenancy")];
  const stores = userStores(graph).filter(({ resource }) => {
    const facts = graph.factsOf(resource);
    return facts.cell === cell && (facts.tenant === undefined || facts.tenant === tenant);
  });
  const wrong = stores
    .filter(({ resource, kind }) => {
      if (tenancy === "isolated" && (graph.factsOf(resource).tenant === undefined || !ownKinds.includes(kind.what)))
        return false;
      const grade = graph.factsOf(resource).tenancy;
      return grade !== undefined && !enough[tenancy].includes(grade);
    })
    .map(({ resource }) => `${resource.name} is ${graph.factsOf(resource).tenancy ?? ""}`);
  if (wrong.length > 0)
    return [
      bad(
        `it is ${tenancy} in cell ${cell ?? ""}, where ${wrong.join(", ")}`,
        `put it into a cell of tenancy ${tenancy}`,
      ),
    ];
  return [good(`it is ${tenancy}, and so are its ${stores.length} stores or better`)];
}

/** A tenant's data is kept as apart as its tier says. */
export const t03: Rule = {
  id: "B-T03",
  severity: "critical",
  alone: true,
  statement: "Every store of user data in a cell states how far it is apart, and that fits the tiers of its tenants.",
  proof: "the tenancy of every store of user data, and of every tenant in its cell",
  judge: (graph) => [
    ...userStores(graph).map(({ resource }) => {
      const { tenancy } = graph.factsOf(resource);
      return judgedBy(resource.urn, [
        tenancy === undefined ? bad("nothing states whose data it holds", "state tenancy") : good(`it is ${tenancy}`),
      ]);
    }),
    ...tenantsOf(graph, "B-T03").map(({ resource, facts }) => judgedBy(resource.urn, ofTenant(graph, facts))),
  ],
};
