import { boundaryOf, type Graph, type GraphResource } from "./graph";
import { grantsOf } from "./identities/grants";
import { clientGrantsOf } from "./machines/clients";
import { keyTypes, storeKindOf } from "./stores";

/** What two cells must not have in common, and what they have. */
export interface SharedThing {
  /** What it is. */
  readonly what:
    "account" | "key" | "identity" | "network" | "secret" | "store" | "client" | "host" | "right" | "other";
  /** Its name, or the value that both name. */
  readonly name: string;
  /** Why it is known to be of both. */
  readonly because: string;
}

const networks: ReadonlySet<string> = new Set([
  "aws:ec2/vpc",
  "aws:ec2/subnet",
  "aws:ec2/securityGroup",
  "aws:ec2/vpcPeeringConnection",
  "gcp:compute/network",
  "gcp:compute/subnetwork",
  "gcp:compute/networkPeering",
]);

const identities: ReadonlySet<string> = new Set([
  "aws:iam/role",
  "aws:iam/instanceProfile",
  "gcp:serviceaccount/account",
  "kubernetes:core/v1/ServiceAccount",
]);

const secrets: ReadonlySet<string> = new Set([
  "aws:secretsmanager/secret",
  "gcp:secretmanager/secret",
  "kubernetes:core/v1/Secret",
  "random:index/randomPassword",
]);

function kindOf(resource: GraphResource): SharedThing["what"] {
  const { type } = resource;
  if (keyTypes.includes(type) || type === "gcp:kms/keyRing") return "key";
  if (identities.has(type)) return "identity";
  if (networks.has(type)) return "network";
  if (secrets.has(type)) return "secret";
  return storeKindOf(resource) === undefined ? "other" : "store";
}

/** Where every cell adds its records and none may read: of no cell, and nothing but records of operation in it. */
function isSink(graph: Graph, resource: GraphResource): boolean {
  const { cell, dataClasses = [] } = graph.factsOf(resource);
  if (cell !== undefined || dataClasses.length === 0 || dataClasses.some((each) => each !== "operational"))
    return false;
  return !grantsOf(graph).some(
    ({ targets, grantees }) =>
      targets.includes(resource) && grantees.some((grantee) => graph.factsOf(grantee).cell !== undefined),
  );
}

/** Resources that a cell is made from, through whatever they are made from; components only group others. */
function reachedBy(graph: Graph, cell: string): Map<GraphResource, GraphResource> {
  const reached = new Map<GraphResource, GraphResource>();
  const go = (resource: GraphResource, from: GraphResource): void => {
    if (reached.has(resource) || isSink(graph, resource)) return;
    reached.set(resource, from);
    for (const input of Object.keys(resource.refers))
      for (const other of graph.referred(resource, input)) go(other, resource);
  };
  for (const resource of graph.resources) if (graph.factsOf(resource).cell === cell) go(resource, resource);
  return reached;
}

/** What stands above resources by design, and holds nothing of a cell: the components, and the providers of the clouds. */
function groupsOnly({ type }: GraphResource): boolean {
  return type.startsWith("sourcegraph:") || type.startsWith("pulumi:");
}

/** Texts among inputs that name something of a cloud: ARNs, full names of Google, addresses of accounts. */
function namedIn(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    if (/^arn:[^:]+:[^:]*:[^:]*:\d{12}:|^projects\/[^/]+\/|@[^/\s]+\.iam\.gserviceaccount\.com$/.test(value))
      found.add(value);
  } else if (Array.isArray(value)) for (const each of value) namedIn(each, found);
  else if (value !== null && typeof value === "object") for (const each of Object.values(value)) namedIn(each, found);
}

function names(graph: Graph, cell: string): Map<string, GraphResource> {
  const all = new Map<string, GraphResource>();
  for (const resource of graph.resources) {
    if (graph.factsOf(resource).cell !== cell || groupsOnly(resource)) continue;
    const found = new Set<string>();
    namedIn(resource.inputs, found);
    for (const name of found) if (!all.has(name)) all.set(name, resource);
  }
  return all;
}

/** Accounts that a cell's own components are in; copies of its backups may be in one for them all. */
function accountsOf(graph: Graph, cell: string): Set<string> {
  return new Set(
    graph.resources.flatMap((resource) => {
      const own = boundaryOf(resource)?.facts;
      return own?.cell === cell && own.account !== undefined ? [own.account] : [];
    }),
  );
}

/**
 * What two cells have in common, computed from everything that is deployed: accounts, resources that both are made from, names
 * of the cloud that both say, clients, and rights of one on the other. Nothing, where the cells share nothing (B-T08); what they
 * only add their records to does not count.
 */
export function sharedBetween(graph: Graph, cellA: string, cellB: string): SharedThing[] {
  const [ofA, ofB] = [reachedBy(graph, cellA), reachedBy(graph, cellB)];
  const reached = [...ofA].flatMap(([resource, fromA]): SharedThing[] => {
    const fromB = ofB.get(resource);
    if (fromB === undefined || groupsOnly(resource)) return [];
    return [
      {
        what: kindOf(resource),
        name: resource.name,
        because: `${fromA.name} of cell ${cellA} and ${fromB.name} of cell ${cellB} are made from it`,
      },
    ];
  });
  const namesOfB = names(graph, cellB);
  const named = [...names(graph, cellA)].flatMap(([name, by]): SharedThing[] => {
    const other = namesOfB.get(name);
    return other === undefined
      ? []
      : [{ what: "other", name, because: `${by.name} of cell ${cellA} and ${other.name} of cell ${cellB} name it` }];
  });
  const accounts = [...accountsOf(graph, cellA)]
    .filter((account) => accountsOf(graph, cellB).has(account))
    .map((name): SharedThing => ({ what: "account", name, because: "both cells are in it" }));
  const clientsOf = (cell: string): Set<string> =>
    new Set(clientGrantsOf(graph).flatMap(({ by, edge }) => (by.cell === cell ? [edge.client] : [])));
  const clients = [...clientsOf(cellA)]
    .filter((client) => clientsOf(cellB).has(client))
    .map((name): SharedThing => ({ what: "client", name, because: "both cells show it" }));
  const rights = grantsOf(graph).flatMap(({ resource, grantees, targets }): SharedThing[] => {
    const cells = (all: readonly GraphResource[]): Set<string | undefined> =>
      new Set(all.map((each) => graph.factsOf(each).cell));
    const [theirs, its] = [cells(grantees), cells(targets)];
    const crosses = (theirs.has(cellA) && its.has(cellB)) || (theirs.has(cellB) && its.has(cellA));
    return crosses
      ? [{ what: "right", name: resource.name, because: "it gives one cell a right on something of the other" }]
      : [];
  });
  return [...accounts, ...clients, ...reached, ...named, ...rights].sort((a, b) =>
    `${a.what} ${a.name}` < `${b.what} ${b.name}` ? -1 : 1,
  );
}
