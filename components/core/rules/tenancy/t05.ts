import { appliesTo } from "../applicability";
import { connectionsOf } from "../edges";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { openingsOf, type Opening } from "../network/policies";
import type { Rule } from "../rule";
import { bad, good, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf } from "../workloads";

/** Ports behind which the data of every tenant is, by service. */
const dataPorts: Readonly<Record<string, readonly number[]>> = {
  gitserver: [3178],
  searcher: [3181],
  "zoekt-webserver": [6070],
  "zoekt-indexserver": [6072],
  "indexed-search": [6070, 6072],
  "sourcegraph-frontend": [3090],
  "sourcegraph-frontend-internal": [3090],
  pgsql: [5432],
  "codeintel-db": [5432],
  "codeinsights-db": [5432],
  "redis-cache": [6379],
  "redis-store": [6379],
};

/** Services that never open a connection themselves. */
const callNobody: readonly string[] = [
  "syntect-server",
  "blobstore",
  "pgsql",
  "codeintel-db",
  "codeinsights-db",
  "redis-cache",
  "redis-store",
];

const policyType = "kubernetes:networking.k8s.io/v1/NetworkPolicy";

/** Whether an opening leads to what holds data of tenants. */
function leadsToData({ to, port }: Opening): boolean {
  const ports = to === "every pod" ? Object.values(dataPorts).flat() : dataPorts[to];
  return ports !== undefined && (port === undefined || ports.includes(port));
}

function isDeclared(graph: Graph, policy: GraphResource, { from, to, port }: Opening): boolean {
  const { zone, cell } = graph.factsOf(policy);
  if (port === undefined || callNobody.includes(from)) return false;
  return connectionsOf(graph).some(
    ({ by, edge, from: caller, to: callee }) =>
      by.cell === cell &&
      caller.zone === zone &&
      caller.service === from &&
      callee.service === to &&
      (edge.port === undefined || edge.port === port),
  );
}

function ofPolicy(graph: Graph, policy: GraphResource): Sight[] {
  const hidden = ["spec", "spec.ingress", "spec.podSelector"].find((path) => isHidden(valueAt(policy.inputs, path)));
  if (hidden !== undefined)
    return [unseen(`${hidden} is known only after the deployment`, "name services and ports that are known before")];
  return openingsOf(policy)
    .filter(leadsToData)
    .map((opening) => {
      const { from, to, port } = opening;
      const where = `${to} ${port === undefined ? "at every port" : `at ${port}`}`;
      return isDeclared(graph, policy, opening)
        ? good(`${from} may open ${where}`)
        : bad(
            `${from} may open ${where}, and is no declared caller`,
            "let in only services that are declared to call it, at their port",
          );
    });
}

/** Only declared callers reach what holds data of tenants. */
export const t05: Rule = {
  id: "B-T05",
  severity: "critical",
  statement:
    "Services of a cell that hold data accept only declared callers, and the edge reaches the frontend's public port alone.",
  proof: "what every NetworkPolicy of a cell lets in, against the connections that are declared",
  probe: "a pod that is no declared caller cannot open gitserver, the indexes or the internal API",
  judge: (graph) => {
    const judged = (resource: GraphResource): boolean => {
      const facts = graph.factsOf(resource);
      return (facts.cell !== undefined || facts.zone === "dev-monolith") && appliesTo("B-T05", facts);
    };
    const policies = graph.ofType(policyType).filter(judged);
    const guarded = new Set(policies.flatMap((policy) => openingsOf(policy).map(({ to }) => to)));
    return [
      ...policies.flatMap((policy) => {
        const sights = ofPolicy(graph, policy);
        return sights.length === 0 ? [] : [judgedBy(policy.urn, sights)];
      }),
      ...workloadsOf(graph)
        .filter(({ resource }) => judged(resource) && resource.type.startsWith("kubernetes:"))
        .flatMap(({ resource }) => {
          const service = graph.factsOf(resource).service ?? resource.name;
          if (dataPorts[service] === undefined) return [];
          return [
            judgedBy(resource.urn, [
              guarded.has(service)
                ? good(`a policy names the callers of ${service}`)
                : bad(`no policy names the callers of ${service}`, "make a NetworkPolicy that names them"),
            ]),
          ];
        }),
    ];
  },
};
