import type { Graph, GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { keyTypes, storeKinds } from "../stores";
import { tenantsOf } from "./cells";

/** What an isolated tenant has of its own, by type. */
const owned: Readonly<Record<string, readonly string[]>> = {
  key: keyTypes,
  bucket: storeKinds.filter(({ what }) => what === "object").map(({ type }) => type),
  database: [
    "postgresql:index/database",
    "gcp:sql/database",
    "aws:rds/instance",
    "aws:rds/cluster",
    "gcp:sql/databaseInstance",
  ],
  login: ["postgresql:index/role", "gcp:sql/user"],
};
const ownedTypes = Object.values(owned).flat();

function ofTenant(graph: Graph, tenant: string): Sight[] {
  return Object.entries(owned).map(([what, types]) => {
    const found = graph.ofType(...types).filter((resource) => graph.factsOf(resource).tenant === tenant);
    return found.length === 0
      ? bad(`it has no ${what} of its own`, `make a ${what} for ${tenant}`)
      : good(`its ${what} is ${found.map(({ name }) => name).join(" and ")}`);
  });
}

/** Tenants whose resources are made from a key, bucket, database or login. */
function usersOf(graph: Graph, used: GraphResource): string[] {
  const users = graph.resources.filter((resource) =>
    Object.values(resource.refers).some((urns) => urns.includes(used.urn)),
  );
  const own = graph.factsOf(used).tenant;
  return [
    ...new Set([...(own === undefined ? [] : [own]), ...users.flatMap((user) => graph.factsOf(user).tenant ?? [])]),
  ];
}

function ofOwned(graph: Graph, resource: GraphResource): Sight[] {
  const tenants = usersOf(graph, resource);
  if (tenants.length === 0) return [];
  const { cell } = graph.factsOf(resource);
  const foreign = grantsOf(graph)
    .filter(({ targets }) => targets.includes(resource))
    .flatMap(({ grantees }) => grantees)
    .filter((grantee) => cell !== undefined && graph.factsOf(grantee).cell !== cell);
  return [
    tenants.length > 1
      ? bad(`tenants ${tenants.join(" and ")} share it`, "make one for every tenant")
      : good(`it is of ${tenants.join("")} alone`),
    ...foreign.map(({ name }) =>
      bad(`${name}, which is not of cell ${cell ?? ""}, has rights on it`, "take the right away"),
    ),
  ];
}

/** What an isolated tenant has is its own. */
export const t04: Rule = {
  id: "B-T04",
  severity: "critical",
  statement: "Isolated tenants have a key, a bucket, a database and a login of their own, and rights name only these.",
  proof: "keys, buckets, databases and logins of every such tenant, what is made from them and who has rights on them",
  judge: (graph) => {
    const tenants = tenantsOf(graph, "B-T04").filter(({ facts }) => facts.tenancy === "isolated");
    if (tenants.length === 0) return [];
    return [
      ...tenants.map(({ resource, facts }) => judgedBy(resource.urn, ofTenant(graph, facts.tenant ?? ""))),
      ...graph.ofType(...ownedTypes).flatMap((resource) => {
        const sights = ofOwned(graph, resource);
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      }),
    ];
  },
};
