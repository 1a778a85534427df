import { connectionsOf, endOf, type Connection, type EdgeEnd } from "../../rules/edges";
import type { Contract } from "../../rules/facts";
import type { Graph } from "../../rules/graph";
import type { Credential, CredentialKind, CredentialScope } from "./credential";
import { factsOfKind } from "./kinds";
import { rotationOf } from "./rotation";

// Credentials as the edges of a graph state them, whatever the shape of the deployment: what is shown from zone to zone, and
// by every client.

const text = ({ zone, service }: EdgeEnd): string => (zone === undefined ? service : `${zone}/${service}`);

const kinds: Readonly<Record<NonNullable<Connection["edge"]["credential"]>, CredentialKind>> = {
  none: "none",
  identity: "cloud-identity",
  "oauth-client": "oauth-client",
  "licence-token": "licence-token",
  "service-access-token": "service-access-token",
  "shared-secret": "shared-secret",
};

/** What somebody can do with a contract. */
const deeds: Readonly<Record<Contract, string>> = {
  "model-call": "call models within the quota of the holder",
  "licence-check": "ask whether the licence is good",
  metering: "report and read what was used",
  telemetry: "send events in the name of the holder",
  ping: "send counts of any instance",
  introspection: "ask whose a token is that it has already",
};

interface Shown {
  readonly name: string;
  readonly kind: CredentialKind;
  readonly holder: EdgeEnd;
  readonly seconds?: number;
  readonly connections: readonly Connection[];
  readonly scopes: readonly { readonly at: string; readonly scope: string }[];
}

/** What crosses a zone, or shows more than the identity that the cloud gives anyhow. */
function isShown({ edge, from, to }: Connection): boolean {
  const crosses = from.zone !== to.zone && from.zone !== undefined && to.zone !== undefined;
  return (
    edge.credential !== undefined &&
    edge.plane !== "human" &&
    edge.plane !== "end-user" &&
    (crosses || edge.credential !== "identity")
  );
}

/** Names that the clients of a caller have in the graph; the same caller has one of its own in every cell. */
function clientsOf(
  graph: Graph,
  holder: EdgeEnd,
  cell: string | undefined,
): { client: string; at: string; scope: string; seconds?: number }[] {
  return graph.stated.flatMap(({ edge, by }) => {
    if (edge.kind !== "issues" || by.cell !== cell || text(endOf(edge.from, by)) !== text(holder)) return [];
    const { client, scope, tokenSeconds } = edge;
    return [
      {
        client,
        scope,
        at: text(endOf(edge.to, by)),
        ...(tokenSeconds === undefined ? {} : { seconds: tokenSeconds }),
      },
    ];
  });
}

function shownBy(graph: Graph): Shown[] {
  const byName = new Map<string, Shown & { connections: Connection[] }>();
  for (const connection of connectionsOf(graph).filter(isShown)) {
    const { edge, from, by } = connection;
    const kind = kinds[edge.credential ?? "none"];
    const issued = kind === "oauth-client" ? clientsOf(graph, from, by.cell) : [];
    const name = issued[0]?.client ?? `${kind} of ${text(from)}`;
    const seconds = Math.max(0, ...issued.map((each) => each.seconds ?? 0));
    const before = byName.get(name);
    if (before !== undefined) before.connections.push(connection);
    else
      byName.set(name, {
        name,
        kind,
        holder: from,
        connections: [connection],
        scopes: issued.map(({ at, scope }) => ({ at, scope })),
        ...(seconds === 0 ? {} : { seconds }),
      });
  }
  return [...byName.values()];
}

function opensOf({ connections, scopes }: Shown): CredentialScope[] {
  const callees = [...new Set([...connections.map(({ to }) => text(to)), ...scopes.map(({ at }) => at)])].sort();
  return callees.map((at) => ({
    at,
    may: [
      ...new Set([
        ...scopes.filter((each) => each.at === at).map(({ scope }) => scope),
        ...connections.flatMap(({ to, edge: { contract } }) =>
          text(to) === at && contract !== undefined ? [contract] : [],
        ),
      ]),
    ].sort(),
  }));
}

function blastRadius({ kind, holder, connections, scopes }: Shown): string {
  const done = [
    ...new Set(connections.flatMap(({ edge: { contract } }) => (contract === undefined ? [] : [deeds[contract]]))),
  ];
  const can = done.join("; ") || `what ${text(holder)} can`;
  const rights = [...new Set(scopes.map(({ scope }) => scope))];
  switch (kind) {
    case "licence-token":
      return `until the licence ends or is revoked, at every callee: ${can}; no subscription, no account and no stored data of anybody`;
    case "oauth-client":
      return `until the client is revoked, as ${text(holder)} alone: ${can}${rights.length === 0 ? "" : `; with ${rights.join(", ")}`}`;
    case "none":
      return `anybody, always: ${can}; nothing is told in return but what is public`;
    default:
      return `until it is replaced, as ${text(holder)}: ${can}`;
  }
}

/** Where it rests and who can read it, as far as the graph shows; a client's secret has the name of the client. */
function keptOf(graph: Graph, { name, kind, holder }: Shown): Pick<Credential, "kept" | "readers"> {
  const secret = graph.resources.find(
    (resource) => resource.name === name && /\/secret$|\/Secret$/.test(resource.type),
  );
  if (secret !== undefined) return { kept: `secret ${name}`, readers: [text(holder)] };
  switch (kind) {
    case "licence-token":
      return {
        kept: "nowhere: it is made from the licence, which is in the site configuration",
        readers: ["whoever reads the licence: site admins, and services that read the site configuration"],
      };
    case "cloud-identity":
      return { kept: "nowhere: the cloud makes it", readers: [text(holder)] };
    case "none":
      return { kept: "nowhere", readers: [] };
    default:
      return { kept: "in the stack of its holder", readers: [text(holder)] };
  }
}

/** Every credential that the edges of a graph state, sorted by name. */
export function statedCredentials(graph: Graph): Credential[] {
  return shownBy(graph)
    .map((shown): Credential => ({
      name: shown.name,
      kind: shown.kind,
      holder: text(shown.holder),
      opens: opensOf(shown),
      ...factsOfKind(shown.kind),
      ...(shown.seconds === undefined ? {} : { seconds: shown.seconds }),
      ...keptOf(graph, shown),
      blastRadius: blastRadius(shown),
      rotation: rotationOf(shown.kind, { name: shown.name, holder: text(shown.holder) }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
