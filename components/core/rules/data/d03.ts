import { appliesTo } from "../applicability";
import type { Graph, GraphResource } from "../graph";
import { grantsOf, type Grant } from "../identities/grants";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { keyOf, storesOf, type Store } from "../stores";

/** Services that keep data about persons. */
const owners: readonly string[] = ["accounts", "billing", "enterprise-portal", "pings", "workspaces"];

/** The service that copies stores, which reads all of them. */
const backup = "backup";

function keySights(graph: Graph, store: Store, stores: readonly Store[], owner: string): Sight[] {
  const keys = keyOf(graph, store)?.keys ?? [];
  if (keys.length === 0) return [unseen("no key of this program is its key", "give it a key of its own")];
  const others = stores.flatMap((other) => {
    const its = graph.factsOf(other.resource).owner;
    const shared = keyOf(graph, other)?.keys.some((key) => keys.includes(key)) === true;
    return shared && its !== owner ? [`${other.resource.name} of ${its ?? "nobody"}`] : [];
  });
  const names = keys.map(({ name }) => name).join(", ");
  return [
    others.length === 0
      ? good(`its key ${names} is of ${owner} alone`)
      : bad(`its key ${names} is also that of ${others.join(", ")}`, "give it a key of its own"),
  ];
}

function grantSights(graph: Graph, grant: Grant, owner: string): Sight[] {
  const mine = (identity: GraphResource): boolean => {
    const { owner: its, service } = graph.factsOf(identity);
    return [its, service].some((name) => name === owner || name === backup);
  };
  const own = grant.targets.includes(grant.resource);
  const by = own ? "its own input" : grant.resource.name;
  const others = grant.grantees.filter((identity) => !mine(identity)).map(({ name }) => name);
  const named = grant.grantees.length === 0 ? grant.principals : [];
  if (others.length > 0 || named.length > 0)
    return [
      bad(
        `${by} gives ${[...others, ...named].join(", ")} ${grant.actions.join(", ") || "rights"} on it`,
        own ? "remove them from it" : `remove ${by}`,
      ),
    ];
  return grant.grantees.length === 0 && grant.unseen
    ? [unseen(`whom ${by} gives rights is known only after the deployment`, `give ${by} an identity of ${owner}`)]
    : [];
}

/** Data about persons is in few hands. */
export const d03: Rule = {
  id: "B-D03",
  severity: "high",
  alone: true,
  statement: "Identity data lives only in services that declare it, under a key of their own.",
  proof: "the owner of every store of class identity, the stores under the same key, and the grants on the store",
  judge: (graph) => {
    const stores = storesOf(graph);
    const grants = grantsOf(graph);
    return stores.flatMap((store): Judgement[] => {
      const { resource } = store;
      const facts = graph.factsOf(resource);
      const { owner = "nobody", dataClasses = [] } = facts;
      if (!appliesTo("B-D03", facts) || !dataClasses.includes("identity")) return [];
      const owned = owners.includes(owner)
        ? good(`its owner is ${owner}`)
        : bad(
            `its owner ${owner} is none of ${owners.join(", ")}`,
            "keep that data with one of these, or do not declare it identity",
          );
      const given = grants
        .filter(({ targets }) => targets.includes(resource))
        .flatMap((grant) => grantSights(graph, grant, owner));
      return [judgedBy(resource.urn, [owned, ...keySights(graph, store, stores, owner), ...given])];
    });
  },
};
