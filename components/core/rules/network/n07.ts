import { appliesTo } from "../applicability";
import { connectionsOf } from "../edges";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, listAt, property, textsAt, unseen, type Sight } from "../sights";
import { parsed } from "../workloads";
import { isOfEveryPod, openingsOf, type Opening } from "./policies";

const policyType = "kubernetes:networking.k8s.io/v1/NetworkPolicy";

const inText = ({ from, to, port }: Opening): string => `${from} to ${to}${port === undefined ? "" : ` at ${port}`}`;

/** Policies of a namespace, by name or by the resource they name; cells have clusters of their own with the same names. */
function policiesOf(graph: Graph, namespace: GraphResource): GraphResource[] {
  const name = valueAt(namespace.inputs, "metadata.name") ?? namespace.name;
  const { cell } = graph.factsOf(namespace);
  return graph
    .ofType(policyType)
    .filter((policy) => graph.factsOf(policy).cell === cell)
    .filter(
      (policy) =>
        valueAt(policy.inputs, "metadata.namespace") === name || graph.referred(policy, "metadata").includes(namespace),
    );
}

function namespaceSights(graph: Graph, namespace: GraphResource): Sight[] {
  const { zone, cell, service } = graph.factsOf(namespace);
  const policies = policiesOf(graph, namespace);
  const denied = policies.filter(isOfEveryPod).flatMap(({ inputs }) => textsAt(inputs, "spec.policyTypes"));
  const missing = ["Ingress", "Egress"].filter((each) => !denied.includes(each));
  const closed =
    missing.length === 0
      ? good("every pod is closed both ways")
      : bad(
          `no policy of every pod has ${missing.join(" and ")}`,
          "make a NetworkPolicy with an empty podSelector and both policyTypes",
        );
  const declared = connectionsOf(graph)
    .filter(({ by, to }) => by.zone === zone && by.cell === cell && to.zone === zone)
    // A namespace of one service has that one's callers; hosts outside, and what is reached over the internet, are in none.
    .filter(
      ({ to, edge }) =>
        (service === undefined || to.service === service) && !to.service.includes(".") && edge.over !== "internet",
    )
    .map(({ from, to, edge: { port } }) =>
      inText({
        from: from.zone === zone ? from.service : `${from.zone ?? ""}/${from.service}`,
        to: to.service,
        ...(port === undefined ? {} : { port }),
      }),
    );
  const leaky = policies.filter(({ inputs }) =>
    listAt(inputs, "spec.egress").some((rule) => listAt(rule, "to").length === 0 && listAt(rule, "ports").length === 0),
  );
  const open = policies.flatMap(openingsOf).map(inText);
  const extra = [...new Set(open)].filter((each) => !declared.includes(each));
  const lacking = [...new Set(declared)].filter((each) => !open.includes(each));
  return [
    closed,
    ...leaky.map(({ name }) => bad(`${name} lets out to everything`, "name who may be reached, and at which port")),
    extra.length === 0
      ? good(`${open.length} openings are declared connections`)
      : bad(`no connection is declared from ${extra.join(", ")}`, "remove what lets it in, or declare the connection"),
    ...(lacking.length === 0
      ? []
      : [bad(`no policy lets in ${lacking.join(", ")}`, "let it in, or do not declare the connection")]),
  ];
}

function googleSights({ inputs }: GraphResource): Sight[] {
  if (valueAt(inputs, "networkPolicy.enabled") === true || valueAt(inputs, "enableAutopilot") === true)
    return [good("network policies are enforced")];
  return [
    property(inputs, "datapathProvider", {
      is: ["ADVANCED_DATAPATH"],
      fix: "set datapathProvider to ADVANCED_DATAPATH",
    }),
  ];
}

function amazonSights(graph: Graph, cluster: GraphResource): Sight[] {
  if (valueAt(cluster.inputs, "computeConfig.enabled") === true)
    return [unseen("whether its nodes enforce network policies is set within it", "show the add-on's configuration")];
  const addon = graph
    .ofType("aws:eks/addon")
    .find((each) => each.inputs.addonName === "vpc-cni" && graph.referred(each, "clusterName").includes(cluster));
  const fix = "set enableNetworkPolicy in the configurationValues of its add-on vpc-cni";
  if (addon === undefined) return [bad("no add-on enforces network policies", fix)];
  const values = parsed(addon.inputs.configurationValues);
  return [
    property({ ...addon.inputs, configurationValues: values }, "configurationValues.enableNetworkPolicy", {
      is: ["true", true],
      fix,
    }),
  ];
}

/** Within a cluster, what is not declared is refused. */
export const n07: Rule = {
  id: "B-N07",
  severity: "high",
  statement: "In a cluster everything is denied but the declared connections.",
  proof:
    "the policy of every pod of each namespace, what the others let in against the declared connections, and the engine of the cluster that enforces them",
  judge: (graph) =>
    graph
      .ofType("kubernetes:core/v1/Namespace", "gcp:container/cluster", "aws:eks/cluster")
      .flatMap((resource): Judgement[] => {
        if (!appliesTo("B-N07", graph.factsOf(resource))) return [];
        const sights =
          resource.type === "gcp:container/cluster"
            ? googleSights(resource)
            : resource.type === "aws:eks/cluster"
              ? amazonSights(graph, resource)
              : namespaceSights(graph, resource);
        return [judgedBy(resource.urn, sights)];
      }),
};
