import { appliesTo } from "../applicability";
import type { Graph, GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { keyTypes, storeKindOf } from "../stores";
import { clientGrantsOf } from "../machines/clients";
import { cellsOf } from "./cells";

/** What a cell has for itself, besides its stores and keys. */
const ownTypes: readonly string[] = [
  ...keyTypes,
  "gcp:kms/keyRing",
  "aws:ec2/vpc",
  "gcp:compute/network",
  "aws:iam/role",
  "gcp:serviceaccount/account",
];

const isOwn = (resource: GraphResource): boolean =>
  storeKindOf(resource) !== undefined || ownTypes.includes(resource.type);

/** Cells whose resources are made from this one. */
function cellsUsing(graph: Graph, used: GraphResource): string[] {
  const users = graph.resources.filter((resource) =>
    Object.values(resource.refers).some((urns) => urns.includes(used.urn)),
  );
  const own = graph.factsOf(used).cell;
  return [
    ...new Set([...(own === undefined ? [] : [own]), ...users.flatMap((user) => graph.factsOf(user).cell ?? [])]),
  ];
}

/** Ways in that cells open to the edge, and what guards them: nobody gets from one of them to another. */
const waysIn: readonly string[] = [
  "aws:cloudfront/vpcOrigin",
  "aws:ram/principalAssociation",
  "aws:ram/resourceAssociation",
  "aws:wafv2/webAcl",
  "aws:wafv2/webAclAssociation",
];

/** What a resource joins: those of two cells, directly. The edge calls all of them, each by its way in. */
function joinedBy(graph: Graph, resource: GraphResource): string[] {
  if (graph.factsOf(resource).cell !== undefined) return [];
  const edge = resource.type === "aws:cloudfront/distribution";
  const others = Object.keys(resource.refers)
    .flatMap((input) => graph.referred(resource, input))
    .filter(({ type }) => !edge || !waysIn.includes(type));
  return [...new Set(others.flatMap((other) => graph.factsOf(other).cell ?? []))];
}

function ofResource(graph: Graph, resource: GraphResource): Sight[] {
  const fix = "make one for every cell";
  const sights: Sight[] = [];
  if (isOwn(resource)) {
    const cells = cellsUsing(graph, resource);
    if (cells.length > 1) sights.push(bad(`cells ${cells.join(" and ")} share it`, fix));
    if (cells.length === 1) sights.push(good(`it is of cell ${cells.join("")} alone`));
  }
  const joined = joinedBy(graph, resource);
  if (joined.length > 1) sights.push(bad(`it joins cells ${joined.join(" and ")}`, "remove it"));
  return sights;
}

function ofGrants(graph: Graph): Map<GraphResource, Sight[]> {
  const sights = new Map<GraphResource, Sight[]>();
  for (const { resource, grantees, targets } of grantsOf(graph))
    for (const grantee of grantees)
      for (const target of targets) {
        const [theirs, its] = [graph.factsOf(grantee).cell, graph.factsOf(target).cell];
        if (theirs === undefined || its === undefined || theirs === its) continue;
        const found = bad(
          `${grantee.name} of cell ${theirs} has rights on ${target.name} of cell ${its}`,
          "take the right away",
        );
        sights.set(resource, [...(sights.get(resource) ?? []), found]);
      }
  return sights;
}

/** Accounts and clients that cells have in common. */
function ofCell(graph: Graph, cell: string, account: string | undefined): Sight[] {
  const others = cellsOf(graph, "B-T08").filter(({ facts }) => facts.cell !== cell);
  const same = others
    .filter(({ facts }) => account !== undefined && facts.account === account)
    .map(({ facts }) => facts.cell ?? "");
  const grants = clientGrantsOf(graph);
  const clients = new Set(grants.filter(({ by }) => by.cell === cell).map(({ edge }) => edge.client));
  const shared = grants.filter(({ by, edge }) => by.cell !== undefined && by.cell !== cell && clients.has(edge.client));
  return [
    same.length > 0
      ? bad(
          `account ${account ?? ""} is that of cell ${same.join(" and ")} too`,
          "give every cell an account of its own",
        )
      : good(account === undefined ? "no account is shared" : `account ${account} is its own`),
    ...shared.map(({ edge, by }) =>
      bad(`client ${edge.client} is that of cell ${by.cell ?? ""} too`, "make one for every cell"),
    ),
  ];
}

/** Cells have nothing in common. */
export const t08: Rule = {
  id: "B-T08",
  severity: "critical",
  statement: "Cells share nothing.",
  proof:
    "accounts, clients, keys, stores, networks, clusters and identities of every cell, what uses them, and rights between cells",
  judge: (graph) => {
    const granted = ofGrants(graph);
    const cells = cellsOf(graph, "B-T08");
    return [
      ...cells.map(({ resource, facts }) => judgedBy(resource.urn, ofCell(graph, facts.cell ?? "", facts.account))),
      ...graph.resources
        .filter((resource) => {
          const { zone } = graph.factsOf(resource);
          return zone === undefined ? cells.length > 0 : appliesTo("B-T08", { zone });
        })
        .flatMap((resource) => {
          const sights = [...ofResource(graph, resource), ...(granted.get(resource) ?? [])];
          return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
        }),
    ];
  },
};
