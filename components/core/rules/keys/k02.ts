import { appliesTo } from "../applicability";
import type { Graph, GraphResource } from "../graph";
import { accountOf, grantsOf, granteeZones, zonesOfAccounts, type Grant } from "../identities/grants";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { keyOf, keyTypes, storesOf, type Store } from "../stores";

/** Classes that have keys of their own. */
const separate: readonly string[] = ["identity", "user-data", "secret", "backup"];

function classesOf(graph: Graph, { resource, kind }: Store): string[] {
  if (kind.what === "backup" || kind.what === "secret") return [kind.what];
  const classes: readonly string[] = graph.factsOf(resource).dataClasses ?? [];
  return separate.filter((each) => classes.includes(each));
}

const place = (graph: Graph, resource: GraphResource): string => {
  const { zone = "no zone", cell } = graph.factsOf(resource);
  return cell === undefined ? zone : `${zone} (${cell})`;
};

/** What the stores under a key show: all of its zone and cell, and of the same classes: whoever may use it for one reads all. */
function storeSights(graph: Graph, key: GraphResource, stores: readonly Store[]): Sight[] {
  const own = place(graph, key);
  const foreign = stores.filter(({ resource }) => place(graph, resource) !== own);
  const classes = stores.map((store) => ({ name: store.resource.name, classes: classesOf(graph, store) }));
  const [first, ...others] = classes.filter((each) => each.classes.length > 0);
  const apart = others.filter((each) => each.classes.join() !== first?.classes.join());
  return [
    ...foreign.map(({ resource }) =>
      bad(
        `it is of ${own} and encrypts ${resource.name} of ${place(graph, resource)}`,
        `give ${resource.name} a key of ${place(graph, resource)}`,
      ),
    ),
    ...apart.map(({ name, classes: its }) =>
      bad(
        `it encrypts ${first?.name ?? ""} with ${first?.classes.join(", ") ?? ""} and ${name} with ${its.join(", ")}`,
        `give ${name} a key of its own`,
      ),
    ),
    ...(foreign.length + apart.length > 0
      ? []
      : [
          good(
            `it is of ${own} and encrypts ${stores.map(({ resource }) => resource.name).join(", ") || "nothing"} of it`,
          ),
        ]),
  ];
}

const everybody = ["*", "allUsers", "allAuthenticatedUsers"];

/** Who a grant on a key names, by zone. */
function grantSights(graph: Graph, key: GraphResource, grant: Grant): Sight[] {
  const { zone } = graph.factsOf(key);
  const by = grant.resource === key ? "its policy" : grant.resource.name;
  const anyone = grant.condition === undefined ? grant.principals.filter((each) => everybody.includes(each)) : [];
  const foreign = granteeZones(graph, grant).filter((grantee) => grantee.zone !== zone);
  const accounts = zonesOfAccounts(graph);
  const strange = grant.principals.filter((each) => {
    const account = accountOf(each);
    return account !== undefined && account !== graph.factsOf(key).account && !accounts.has(account);
  });
  const fix = "name identities of its zone only";
  return [
    ...anyone.map((each) => bad(`${by} names ${each}`, fix)),
    ...foreign.map((each) => bad(`${by} names ${each.name} of ${each.zone}`, fix)),
    ...strange
      .filter((each) => !foreign.some(({ name }) => name === each))
      .map((each) => unseen(`${by} names ${each}, whose zone is not known`, "state the account of each zone")),
  ];
}

/** A key is of one place and one class. */
export const k02: Rule = {
  id: "B-K02",
  severity: "critical",
  statement: "Keys do not cross zones, cells or classes.",
  proof: "zone, cell and classes of every store under each key, and the zones of those whom its policy and grants name",
  judge: (graph) => {
    const stores = storesOf(graph).map((store) => ({ store, keys: keyOf(graph, store)?.keys ?? [] }));
    const grants = grantsOf(graph);
    return graph.ofType(...keyTypes).flatMap((key): Judgement[] => {
      if (!appliesTo("B-K02", graph.factsOf(key))) return [];
      const under = stores.filter(({ keys }) => keys.includes(key)).map(({ store }) => store);
      const given = grants.filter(({ targets }) => targets.includes(key));
      return [
        judgedBy(key.urn, [
          ...storeSights(graph, key, under),
          ...given.flatMap((grant) => grantSights(graph, key, grant)),
        ]),
      ];
    });
  },
};
