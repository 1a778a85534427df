import { contracts } from "../../product/boundary-words";
import { connectionsOf, endOf, inWords, type Connection } from "../edges";
import type { Zone } from "../facts";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { storesOf } from "../stores";

const withUserData: readonly (Zone | undefined)[] = ["single-tenant", "multi-tenant", "dotcom"];
const ofAdmin: readonly (Zone | undefined)[] = ["admin", "identity"];

/** Names of stores in which a service keeps user data. */
function keeps(graph: Graph, { to }: Connection): string[] {
  const stated = graph.stated.flatMap(({ edge, by }) => {
    if (edge.kind !== "stores" || edge.dataClass !== "user-data") return [];
    const { zone, service } = endOf(edge.from, by);
    return zone === to.zone && service === to.service ? [edge.to] : [];
  });
  const own = storesOf(graph).flatMap(({ resource }) => {
    const { zone, service, owner, dataClasses = [] } = graph.factsOf(resource);
    const its = zone === to.zone && (service === to.service || owner === to.service);
    return its && dataClasses.includes("user-data") ? [resource.name] : [];
  });
  return [...new Set([...stated, ...own])];
}

function sightsOf(graph: Graph, connection: Connection): Sight[] {
  const { contract, carries = [] } = connection.edge;
  const known = contracts.join(", ");
  if (contract === undefined) return [bad("it names no contract", `name one of ${known}, or remove the connection`)];
  if (!contracts.includes(contract))
    return [bad(`its contract ${contract} is none of ${known}`, "name one of these, or remove the connection")];
  if (contract !== "model-call")
    return carries.includes("user-data")
      ? [bad(`its contract ${contract} carries user-data`, "only model-call may; do not send user data over it")]
      : [good(`its contract is ${contract}`)];
  const stores = keeps(graph, connection);
  return stores.length === 0
    ? [good("its contract is model-call, and its callee keeps no user-data")]
    : [bad(`its callee keeps user-data in ${stores.join(", ")}`, `remove ${stores.join(", ")}`)];
}

/** Content crosses into the admin zone only in transit. */
export const d07: Rule = {
  id: "B-D07",
  severity: "critical",
  alone: true,
  statement:
    "Content flows from a zone with user data into the admin zone only through declared contracts, in transit only.",
  proof: "the contract of every connection into the zone, and the stores of the callee of a model call",
  probe: "that a build of the gateway does not retain: pinning of the reviewed build by digest",
  judge: (graph) =>
    connectionsOf(graph)
      .filter(({ from, to }) => withUserData.includes(from.zone) && ofAdmin.includes(to.zone))
      .map((connection) => judgedBy(inWords(connection), sightsOf(graph, connection))),
};
