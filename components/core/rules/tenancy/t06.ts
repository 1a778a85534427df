import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, judgedBy, property, type Sight } from "../sights";
import { inCells } from "./cells";

const fix = "set spec.mtls.mode to STRICT";

/** What the mesh asks of callers in a namespace. */
function sightsOf(graph: Graph, namespace: GraphResource): Sight[] {
  const name = valueAt(namespace.inputs, "metadata.name") ?? namespace.name;
  const policies = graph
    .ofType(
      "kubernetes:security.istio.io/v1/PeerAuthentication",
      "kubernetes:security.istio.io/v1beta1/PeerAuthentication",
    )
    .filter(
      (policy) =>
        valueAt(policy.inputs, "metadata.namespace") === name || graph.referred(policy, "metadata").includes(namespace),
    );
  if (!policies.some(({ inputs }) => valueAt(inputs, "spec.selector") === undefined))
    return [
      bad(
        "nothing asks callers for a certificate",
        "make a PeerAuthentication of mode STRICT for all of the namespace",
      ),
    ];
  return policies.map(({ inputs }) => property(inputs, "spec.mtls.mode", { is: ["STRICT"], fix }));
}

/** Callers in a cell show who they are. */
export const t06: Rule = {
  id: "B-T06",
  severity: "high",
  statement: "Callers in a cell are known by the identity of their workload, not by their address.",
  proof: "the mode of the mesh in every namespace of a cell; that identities are not shared is B-I01",
  judge: (graph) =>
    inCells(graph, "B-T06")
      .filter(({ type }) => type === "kubernetes:core/v1/Namespace")
      .map((namespace) => judgedBy(namespace.urn, sightsOf(graph, namespace))),
};
